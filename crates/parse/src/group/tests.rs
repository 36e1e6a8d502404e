//! Which table rows are of.

use crate::checks::LIST;
use crate::paste::read;

#[test]
fn two_tables_without_a_command_are_told_apart() {
    let row = "    0     0 MASQUERADE  all  --  *      eth0    0.0.0.0/0            0.0.0.0/0\n";
    let head = |name: &str| LIST.replace("INPUT", name);
    let text = [
        LIST.into(),
        head("FORWARD"),
        head("OUTPUT"),
        head("PREROUTING"),
        LIST.into(),
        head("OUTPUT"),
        head("POSTROUTING"),
        row.into(),
    ];
    let host = read(&[&text.concat()]).host();
    let names: Vec<_> = host.rules.tables.iter().map(|t| &*t.name).collect();
    assert_eq!(names, ["filter", "nat"]);
}
