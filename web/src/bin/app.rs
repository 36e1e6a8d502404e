//! Starts the page.

fn main() {
    let root = gloo::utils::document().get_element_by_id("page");
    if let Some(root) = root {
        yew::Renderer::<chainwalk_web::app::App>::with_root(root).render();
    }
}
