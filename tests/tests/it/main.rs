//! What the product promises, asked from outside: one binary, a module for each promise.

mod aimed;
mod answers;
mod asked;
mod bounded;
mod branches;
mod cases;
mod changes;
mod corpus;
mod examples;
mod extensions;
mod flows;
mod formats;
mod forms;
mod generated;
mod headers;
mod kernel;
mod known;
mod limits;
mod papers;
mod restore;
mod routing;
mod sender;
mod shadow;
mod tidy;
mod told;
mod traces;
