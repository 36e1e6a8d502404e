//! What a paste tells of the host around its rules: interfaces, bridges, routes, names, sets, sockets.

mod backends;
mod behind;
mod beside;
mod block;
mod bridges;
mod cron;
mod flows;
mod ifconfig;
mod ifupdown;
mod interfaces;
mod ipset;
mod json;
mod logged;
mod names;
mod plain;
mod prose;
mod routes;
mod settle;
mod sockets;
mod steps;
mod sysctl;
mod table;
mod traces;
mod typed;
mod unread;
mod wireguard;
mod yaml;

pub(crate) use backends::{Rival, rivals, warning};
pub(crate) use behind::{Shown, commands};
pub(crate) use block::{Block, By, Run, not_walked};
pub(crate) use cron::scheduled;
pub(crate) use logged::block as logged;
pub(crate) use plain::{after, asks_all_routes, asks_some_routes};
pub(crate) use prose::{in_prose, own_address};
pub(crate) use settle::settle;
pub(crate) use sockets::asks_some_sockets;
pub(crate) use steps::{apply, missing_set};
pub(crate) use sysctl::commented;
pub(crate) use typed::{perhaps, steps_of, typed};
pub(crate) use unread::{is_ferm, is_listed_alone};

use crate::clean::{Clean, Row};

/// What a reader of blocks gets: the document and its rows from here on. It returns how many rows it took.
type Reader = fn(&Clean, &[Row<'_>]) -> Option<(Block, usize)>;

/// Reads the block that starts at the first of `rows`.
pub(crate) fn block(clean: &Clean, rows: &[Row<'_>]) -> Option<(Block, usize)> {
    const READERS: [Reader; 28] = [
        json::block,
        flows::block,
        traces::block,
        wireguard::block,
        wireguard::shown,
        ifupdown::block,
        yaml::block,
        table::block,
        beside::block,
        bridges::vlans,
        plain::known,
        plain::hosts,
        interfaces::oneline,
        bridges::fdb,
        unread::block,
        interfaces::long,
        interfaces::brief,
        interfaces::picked,
        ifconfig::block,
        bridges::block,
        routes::routes,
        routes::rules,
        sysctl::block,
        ipset::block,
        ipset::list,
        names::block,
        names::drawn,
        sockets::block,
    ];
    READERS.iter().find_map(|read| read(clean, rows))
}
