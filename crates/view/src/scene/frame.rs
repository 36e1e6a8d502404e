//! The frame: interfaces, hooks and their stations, the routing diamond, and the notes about them.

mod idle;
mod layout;
mod notes;
mod paint;
mod stations;

pub(super) use layout::{
    Frame, OPEN, Place, Station, asked_table, bridge_of, is_bridged, out_iface,
};
