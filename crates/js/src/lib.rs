//! The JavaScript door: a host as it was pasted, the packets sent through it, and what there is to show; and the
//! recordings that figures in pages play.
//!
//! What goes out are plain objects in the shapes of `chainwalk::view`; what comes in is converted here. The
//! door decides nothing, and only a wrong option throws: whatever was pasted or said gives a host. Without the feature
//! `host` there are only the recordings, which is what the engine of figures is built of; with `functions` there are beside
//! them the functions of the npm package.

#[cfg(feature = "functions")]
pub mod functions;
#[cfg(feature = "host")]
mod host;
mod record;

#[cfg(feature = "host")]
pub use host::Host;
pub use record::record;
