//! The frame: interfaces, hooks and their stations, the routing diamond, and the notes about them.

mod idle;
mod layout;
mod paint;
mod stations;

pub(super) use layout::{Frame, Place, Station, asked_table, is_bridged, out_iface};
