//! What a test asks of a page in whichever browser it is read.

use crate::chromium::{HOOKS, Page};
use crate::server::Site;
use crate::visitor::Visitor;
use anyhow::{Context, Result, bail};
use fantoccini::Client;
use serde_json::Value;
use std::time::{Duration, Instant};

/// How long something may take: a busy machine opens another browser slowly, and nobody tries a second time.
const PATIENCE: Duration = Duration::from_secs(90);

/// Somebody with a browser.
pub(crate) trait Reader {
    /// Who serves the page.
    fn site(&self) -> &Site;

    /// The session of their browser.
    fn client(&self) -> &Client;

    /// Keeps a picture of the window.
    async fn picture(&self, name: &str) -> Result<()>;

    /// Goes to a page of the site.
    async fn goto(&self, path: &str) -> Result<()> {
        self.client().goto(&[&self.site().url, path].concat()).await?;
        Ok(())
    }

    /// The value of a script's `return`, with [`HOOKS`] at hand.
    async fn ask(&self, script: &str) -> Result<Value> {
        let value = self.client().execute(&format!("{HOOKS}\n{script}"), vec![]).await;
        value.with_context(|| script.to_owned())
    }

    /// Looks into the frame of this number for what `test` does there.
    async fn in_frame(
        &self,
        number: u16,
        test: impl AsyncFnOnce(&Self) -> Result<()>,
    ) -> Result<()> {
        let client = self.client();
        client.enter_frame(number).await?;
        let done = test(self).await;
        client.enter_parent_frame().await?;
        done
    }

    /// The value of a script, as text.
    async fn text(&self, script: &str) -> Result<String> {
        Ok(self.ask(script).await?.as_str().unwrap_or_default().to_owned())
    }

    /// Waits until a script returns true; `what` names it where that does not come about, and `said` asks what is there.
    async fn wait(&self, what: &str, script: &str, said: &str) -> Result<()> {
        let began = Instant::now();
        while self.ask(script).await? != Value::Bool(true) {
            if began.elapsed() > PATIENCE {
                self.picture("failed").await?;
                let patience = PATIENCE.as_secs();
                bail!("{what}: not within {patience} s; there is: {}", self.text(said).await?);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(())
    }

    /// Waits until the banner has each of `words`, in one moment.
    async fn answers(&self, words: &[&str]) -> Result<()> {
        let list = serde_json::to_string(words)?;
        let script =
            format!("const b = banner(); return {list}.every(w => b.includes(w)) && is_drawn()");
        self.wait(&format!("the banner says {words:?}"), &script, "return banner()").await
    }
}

impl Reader for Page {
    fn site(&self) -> &Site {
        &self.site
    }

    fn client(&self) -> &Client {
        &self.client
    }

    async fn picture(&self, name: &str) -> Result<()> {
        Self::picture(self, name).await
    }
}

impl Reader for Visitor<'_> {
    fn site(&self) -> &Site {
        self.site
    }

    fn client(&self) -> &Client {
        &self.client
    }

    async fn picture(&self, name: &str) -> Result<()> {
        Self::picture(self, name).await
    }
}
