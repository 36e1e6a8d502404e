//! What is judged of a page by looking at it: at rest, by its letters, and by axe.

use super::{PATIENCE, Page};
use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use std::{env, fs};

impl Page {
    /// The window as PNG, once its fonts are there and it changes no more.
    pub(crate) async fn settled(&self) -> Result<Vec<u8>> {
        self.until("its fonts are there", "return document.fonts.status === 'loaded'").await?;
        let began = Instant::now();
        let mut last = self.client.screenshot().await?;
        loop {
            tokio::time::sleep(Duration::from_millis(150)).await;
            let now = self.client.screenshot().await?;
            if now == last {
                return Ok(now);
            }
            ensure!(began.elapsed() < PATIENCE, "the page does not come to rest");
            last = now;
        }
    }

    /// The letters in sight that are drawn in a font which is not the page's own, each with its font.
    ///
    /// The plain ones of English are taken to be in every font.
    pub(crate) async fn foreign_letters(&self) -> Result<Vec<String>> {
        const MARK: &str = "
            const seen = new Set(), all = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
            while (all.nextNode()) {
                const box = all.currentNode.parentElement, letters = all.currentNode.data.match(/[^ -~\\s]/gu);
                if (!letters || !box.checkVisibility({ visibilityProperty: true })) continue;
                const font = getComputedStyle(box).fontFamily;
                const fresh = letters.filter(l => !seen.has(font + l));
                fresh.forEach(l => seen.add(font + l));
                if (fresh.length) box.dataset.letters = [...new Set(fresh)].join('');
            }";
        self.ask(MARK).await?;
        for domain in ["DOM.enable", "CSS.enable"] {
            self.protocol(domain, json!({})).await?;
        }
        let tree = self.protocol("DOM.getDocument", json!({})).await?;
        let query = json!({ "nodeId": tree["root"]["nodeId"], "selector": "[data-letters]" });
        let marked = self.protocol("DOM.querySelectorAll", query).await?;
        let mut foreign = Vec::new();
        for id in marked["nodeIds"].as_array().context("a list of nodes")? {
            let node = json!({ "nodeId": id });
            let used = self.protocol("CSS.getPlatformFontsForNode", node.clone()).await?;
            for font in used["fonts"].as_array().into_iter().flatten() {
                if font["isCustomFont"] == false {
                    let html = self.protocol("DOM.getOuterHTML", node.clone()).await?;
                    foreign.push(format!("{} in {}", html["outerHTML"], font["familyName"]));
                }
            }
        }
        for domain in ["CSS.disable", "DOM.disable"] {
            self.protocol(domain, json!({})).await?;
        }
        Ok(foreign)
    }

    /// What an accessibility scan complains of, one line each, by these rules or all; `None` where the scanner is
    /// not at hand.
    pub(crate) async fn accessibility(&self, rules: &[&str]) -> Result<Option<Vec<String>>> {
        let Some(path) = env::var_os("CHAINWALK_AXE") else { return Ok(None) };
        if self.ask("return typeof axe === 'undefined'").await? == Value::Bool(true) {
            self.client.execute(&fs::read_to_string(path)?, vec![]).await?;
        }
        self.calm().await?;
        let script = "const [rules, done] = arguments;
            // The size of what is pressed is off unless it is asked for.
            const all = { rules: { 'target-size': { enabled: true } } };
            // What the edge of a list that scrolls cuts is whole once it is scrolled to.
            const cut = (e, rect = e?.getBoundingClientRect()) => {
                for (let up = e?.parentElement; up; up = up.parentElement) {
                    const box = up.getBoundingClientRect();
                    if (up.scrollHeight > up.clientHeight && /auto|scroll/.test(getComputedStyle(up).overflowY)
                        && (rect.top < box.top || rect.bottom > box.bottom)) return true;
                }
                return false;
            };
            const stays = (v, n) => v.id !== 'target-size' || !cut(document.querySelector(n.target[0]));
            axe.run({ ...(rules.length ? { runOnly: rules } : all), resultTypes: ['violations'] })
                .then(r => done(r.violations.flatMap(v => v.nodes.filter(n => stays(v, n)).map(n =>
                    `${v.impact} ${v.id}: ${n.target} ${n.failureSummary}`))))";
        let found = self.client.execute_async(script, vec![json!(rules)]).await?;
        let lines = found.as_array().context("axe returned no list")?.iter();
        Ok(Some(lines.map(|line| line.as_str().unwrap_or_default().to_owned()).collect()))
    }

    /// What those who hear the page are told that each element of `role` is called.
    pub(crate) async fn names(&self, role: &str) -> Result<Vec<String>> {
        let tree = self.protocol("Accessibility.getFullAXTree", json!({})).await?;
        let nodes = tree["nodes"].as_array().context("a list of nodes")?.iter();
        let called = nodes.filter(|node| node["role"]["value"] == role);
        Ok(called.map(|n| n["name"]["value"].as_str().unwrap_or_default().to_owned()).collect())
    }
}
