//! The Yew screen.
