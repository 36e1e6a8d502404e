//! Shared pieces of the test suites.

pub mod aimed;
pub mod changes;
pub mod engine;
pub mod examples;
pub mod forms;
pub mod generate;
pub mod kernel;
pub mod literate;
pub mod oracle;
pub mod played;
pub mod recorded;
mod said;

pub use said::{skipped, unsteady};
