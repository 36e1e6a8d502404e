//! Tables of nft while they are being read: arenas of their own, names by hash, what is deleted left behind.

use super::ids::{Id, each_id};
use chainwalk_model::nft::{
    Expr, KeyPart, Object, ObjectKind, Set, SetData, SetElement, SetFlags, Stateful,
};
use chainwalk_model::{
    Backend, Chain, ChainId, Family, ObjectId, Rule, RuleId, Ruleset, SetId, Span, Table, TableId,
    Text,
};
use std::collections::HashMap;

/// An expression and the types of its parts.
#[derive(Clone, Debug)]
pub(super) struct Typed {
    /// The expression.
    pub(super) expr: Expr,
    /// A type for each of its parts.
    pub(super) parts: Vec<KeyPart>,
}

/// What the elements of a set hold besides their keys.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Holds {
    /// Nothing.
    Nothing,
    /// Verdicts.
    Verdicts,
    /// Values of these types.
    Values(Vec<KeyPart>),
    /// Addresses, or addresses and ports, as the first element shows.
    Addresses(Option<Family>),
    /// Objects of a kind.
    Objects(ObjectWord),
}

/// The names of a table.
#[derive(Clone, Debug, Default)]
struct Names {
    chains: HashMap<Text, ChainId>,
    sets: HashMap<Text, SetId>,
    objects: HashMap<Text, Vec<ObjectId>>,
    /// How many chains stand in its rules.
    inline: u32,
    gone: bool,
}

/// The tables of nft of one host while they are being read.
#[derive(Clone, Debug, Default)]
pub(crate) struct Draft {
    /// The arenas. A chain is among those of its table once it is declared.
    pub(super) rules: Ruleset,
    names: Vec<Names>,
    /// How many base chains came to be by commands.
    registered: u32,
    /// Text that was not read and may change what is there: an `include`, a variable that only a shell knows.
    pub(crate) unread: Vec<(Text, Span)>,
    /// Whether everything was flushed: what is there then is all.
    pub(crate) whole: bool,
    /// The tables that the text at hand shows from their beginning have at least this number.
    text: Option<usize>,
    /// The chains that the text at hand has made have at least this number.
    chains: usize,
}

/// The kinds of objects, of which each has names of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ObjectWord {
    Counter,
    Quota,
    Limit,
    Helper,
    Synproxy,
    Other,
}

impl ObjectWord {
    fn of(kind: &ObjectKind) -> Self {
        match kind {
            ObjectKind::Stateful(Stateful::Quota { .. }) => Self::Quota,
            ObjectKind::Stateful(Stateful::Limit(_)) => Self::Limit,
            ObjectKind::Stateful(_) => Self::Counter,
            ObjectKind::CtHelper { .. } => Self::Helper,
            ObjectKind::Synproxy(_) => Self::Synproxy,
            ObjectKind::Other(_) => Self::Other,
        }
    }
}

impl Draft {
    /// Whether there is no table.
    pub(crate) fn is_empty(&self) -> bool {
        self.names.iter().all(|n| n.gone)
    }

    /// The table of that family and name.
    pub(super) fn find_table(&self, family: Family, name: &str) -> Option<TableId> {
        let is = |(t, n): (&Table, &Names)| t.family == family && &*t.name == name && !n.gone;
        let at = self.rules.tables.iter().zip(&self.names).position(is)?;
        Some(TableId(at as u32))
    }

    /// The table of that family and name, made if there is none.
    pub(super) fn table(&mut self, family: Family, name: &str, span: Span) -> TableId {
        if let Some(found) = self.find_table(family, name) {
            return found;
        }
        self.rules.tables.push(Table {
            family,
            name: name.into(),
            backend: Backend::Nft,
            chains: Vec::new(),
            dormant: false,
            span,
        });
        self.names.push(Names::default());
        TableId(self.rules.tables.len() as u32 - 1)
    }

    /// Another text begins. What it shows of a table is added to it, or stands for it.
    pub(super) fn begin(&mut self, adds: bool) {
        self.text = (!adds).then_some(self.rules.tables.len());
        self.chains = self.rules.chains.len();
    }

    /// A listing shows a table: what is known of it from another one is no longer so.
    pub(super) fn listed(&mut self, family: Family, name: &str) {
        if let (Some(first), Some(found)) = (self.text, self.find_table(family, name))
            && (found.0 as usize) < first
        {
            self.delete_table(found);
        }
    }

    /// A listing shows a chain: what is known of it from another one is no longer so.
    pub(super) fn listed_chain(&mut self, id: ChainId) {
        let chain = &mut self.rules.chains[id.0 as usize];
        if (id.0 as usize) < self.chains && chain.declared {
            chain.rules.clear();
        }
    }

    /// Whether a table was deleted.
    pub(super) fn is_gone(&self, table: TableId) -> bool {
        self.names[table.0 as usize].gone
    }

    /// The chains that rules name and no line declares, where, and whether rules were put into them.
    pub(super) fn undeclared(&self) -> Vec<(Text, Span, bool)> {
        let open = |(at, c): (usize, &Chain)| {
            let names = &self.names[c.table.0 as usize];
            let known = names.chains.get(&c.name) == Some(&ChainId(at as u32));
            (!c.declared && known && !names.gone)
                .then(|| (c.name.clone(), c.span, !c.rules.is_empty()))
        };
        self.rules.chains.iter().enumerate().filter_map(open).collect()
    }

    /// The family of a table.
    pub(super) fn family(&self, table: TableId) -> Family {
        self.rules.table(table).family
    }

    /// A chain by its name.
    pub(super) fn find_chain(&self, table: TableId, name: &str) -> Option<ChainId> {
        self.names[table.0 as usize].chains.get(name).copied()
    }

    /// A chain by its name, made if no line has named it yet.
    pub(super) fn chain(&mut self, table: TableId, name: &str, span: Span) -> ChainId {
        if let Some(found) = self.find_chain(table, name) {
            return found;
        }
        let id = ChainId(self.rules.chains.len() as u32);
        self.rules.chains.push(Chain {
            table,
            name: name.into(),
            base: None,
            rules: Vec::new(),
            counters: None,
            references: None,
            declared: false,
            span,
        });
        self.names[table.0 as usize].chains.insert(name.into(), id);
        id
    }

    /// Declares a chain: it is among those of its table from now on.
    pub(super) fn declare(&mut self, table: TableId, name: &str, span: Span) -> ChainId {
        let id = self.chain(table, name, span);
        let chain = &mut self.rules.chains[id.0 as usize];
        if !chain.declared {
            (chain.declared, chain.span) = (true, span);
            self.rules.tables[table.0 as usize].chains.push(id);
        }
        id
    }

    /// Declares a chain that has no name.
    pub(super) fn inline_chain(&mut self, table: TableId, span: Span) -> ChainId {
        let names = &mut self.names[table.0 as usize];
        names.inline += 1;
        let name = format!("{}{}", Chain::NAMELESS, names.inline);
        self.declare(table, &name, span)
    }

    /// The place of the next base chain among those that commands make.
    pub(super) fn registers(&mut self) -> u32 {
        self.registered += 1;
        self.registered - 1
    }

    /// A set by its name; one that no line declares is made of what a rule tells of it.
    pub(super) fn set(&mut self, table: TableId, name: &str, key: &[KeyPart], span: Span) -> SetId {
        if let Some(found) = self.find_set(table, name) {
            return found;
        }
        let id = self.add_set(Set { whole: false, ..empty_set(table, key.to_vec(), span) });
        self.rules.sets[id.0 as usize].name = Some(name.into());
        self.names[table.0 as usize].sets.insert(name.into(), id);
        id
    }

    /// A set by its name, if a line has named it.
    pub(super) fn find_set(&self, table: TableId, name: &str) -> Option<SetId> {
        self.names[table.0 as usize].sets.get(name).copied()
    }

    /// Puts a set among the others.
    pub(super) fn add_set(&mut self, set: Set) -> SetId {
        self.rules.sets.push(set);
        SetId(self.rules.sets.len() as u32 - 1)
    }

    /// A named object; one that no line declares is made of what is known of it.
    pub(super) fn object(
        &mut self,
        table: TableId,
        name: &str,
        kind: ObjectKind,
        span: Span,
    ) -> ObjectId {
        if let Some(found) = self.find_object(table, name, ObjectWord::of(&kind)) {
            return found;
        }
        let id = ObjectId(self.rules.objects.len() as u32);
        self.rules.objects.push(Object {
            table,
            name: name.into(),
            kind,
            handle: None,
            declared: false,
            span,
        });
        self.names[table.0 as usize].objects.entry(name.into()).or_default().push(id);
        id
    }

    /// An object by its kind and name.
    pub(super) fn find_object(
        &self,
        table: TableId,
        name: &str,
        word: ObjectWord,
    ) -> Option<ObjectId> {
        let named = self.names[table.0 as usize].objects.get(name)?;
        let kind = |id: &ObjectId| ObjectWord::of(&self.rules.object(*id).kind);
        named.iter().copied().find(|id| kind(id) == word)
    }

    /// Deletes a table.
    pub(super) fn delete_table(&mut self, table: TableId) {
        self.names[table.0 as usize].gone = true;
    }

    /// `flush ruleset`, of all families or of one.
    pub(super) fn flush(&mut self, family: Option<Family>) {
        for (table, names) in self.rules.tables.iter().zip(&mut self.names) {
            names.gone |= family.is_none_or(|f| f == table.family);
        }
    }

    /// Deletes a chain.
    pub(super) fn delete_chain(&mut self, id: ChainId) {
        let chain = self.rules.chain(id);
        let (table, name) = (chain.table.0 as usize, chain.name.clone());
        self.rules.tables[table].chains.retain(|c| *c != id);
        self.names[table].chains.remove(&name);
    }

    /// Gives a chain another name.
    pub(super) fn rename_chain(&mut self, id: ChainId, to: &str) {
        let chain = &mut self.rules.chains[id.0 as usize];
        let names = &mut self.names[chain.table.0 as usize].chains;
        names.remove(&chain.name);
        chain.name = to.into();
        names.insert(chain.name.clone(), id);
    }

    /// Deletes a set.
    pub(super) fn delete_set(&mut self, id: SetId) {
        let set = self.rules.set(id);
        if let Some(name) = set.name.clone() {
            self.names[set.table.0 as usize].sets.remove(&name);
        }
    }

    /// Deletes an object.
    pub(super) fn delete_object(&mut self, id: ObjectId) {
        let object = self.rules.object(id);
        let names = &mut self.names[object.table.0 as usize].objects;
        if let Some(named) = names.get_mut(&object.name) {
            named.retain(|o| *o != id);
        }
    }

    /// How many rules the chains hold.
    pub(crate) fn rule_count(&self, table: TableId) -> usize {
        let chains = &self.rules.table(table).chains;
        chains.iter().map(|c| self.rules.chain(*c).rules.len()).sum()
    }

    /// Puts the tables into a ruleset, behind those that are there.
    pub(crate) fn lower(self, to: &mut Ruleset) {
        let (from, names) = (self.rules, self.names);
        let registered = to.chains.len() as u32;
        let gone = |table: TableId| names[table.0 as usize].gone;
        let mut order: Vec<ChainId> = Vec::new();
        let mut undeclared: Vec<Vec<ChainId>> = vec![Vec::new(); from.tables.len()];
        for (at, chain) in from.chains.iter().enumerate() {
            let id = ChainId(at as u32);
            let known = names[chain.table.0 as usize].chains.get(&chain.name) == Some(&id);
            if known && !chain.declared {
                undeclared[chain.table.0 as usize].push(id);
            }
        }
        let mut tables = vec![None; from.tables.len()];
        let mut chains: Vec<Option<ChainId>> = vec![None; from.chains.len()];
        for (at, mut table) in from.tables.into_iter().enumerate() {
            if names[at].gone {
                continue;
            }
            tables[at] = Some(TableId(to.tables.len() as u32));
            table.chains.append(&mut undeclared[at]);
            for id in &mut table.chains {
                let new = ChainId((to.chains.len() + order.len()) as u32);
                chains[id.0 as usize] = Some(new);
                order.push(*id);
                *id = new;
            }
            to.tables.push(table);
        }
        let mut rules: Vec<Option<Rule>> = from.rules.into_iter().map(Some).collect();
        let mut drafts: Vec<Option<Chain>> = from.chains.into_iter().map(Some).collect();
        let mut moved = Vec::new();
        let mut used = vec![false; from.sets.len()];
        for id in &order {
            let Some(mut chain) = drafts[id.0 as usize].take() else { continue };
            chain.table = tables[chain.table.0 as usize].unwrap_or(chain.table);
            if let Some(place) = chain.base.as_mut().and_then(|b| b.registered.as_mut()) {
                *place += registered;
            }
            let own = std::mem::take(&mut chain.rules);
            for rule in own {
                let Some(mut rule) = rules[rule.0 as usize].take() else { continue };
                chain.rules.push(RuleId((to.rules.len() + moved.len()) as u32));
                rule.chain = chains[id.0 as usize].unwrap_or(rule.chain);
                rule.number = chain.rules.len() as u32;
                each_id(&mut rule.ops, &mut |id| {
                    if let Id::Set(set) = id {
                        used[set.0 as usize] = true;
                    }
                });
                moved.push(rule);
            }
            to.chains.push(chain);
        }
        let known: Vec<bool> = from
            .sets
            .iter()
            .enumerate()
            .map(|(at, set)| match &set.name {
                _ if gone(set.table) => false,
                Some(name) => {
                    names[set.table.0 as usize].sets.get(name) == Some(&SetId(at as u32))
                        || used[at]
                }
                None => used[at],
            })
            .collect();
        let mut sets = vec![None; from.sets.len()];
        let kept = (0..from.sets.len()).filter(|at| known[*at]);
        for (next, at) in (to.sets.len() as u32..).zip(kept) {
            sets[at] = Some(SetId(next));
        }
        let mut objects = vec![None; from.objects.len()];
        for (at, mut object) in from.objects.into_iter().enumerate() {
            if gone(object.table) {
                continue;
            }
            objects[at] = Some(ObjectId(to.objects.len() as u32));
            object.table = tables[object.table.0 as usize].unwrap_or(object.table);
            to.objects.push(object);
        }
        let mut renumber = |id: Id<'_>| match id {
            Id::Chain(c) => *c = chains.get(c.0 as usize).copied().flatten().unwrap_or(*c),
            Id::Set(s) => *s = sets.get(s.0 as usize).copied().flatten().unwrap_or(*s),
            Id::Object(o) => *o = objects.get(o.0 as usize).copied().flatten().unwrap_or(*o),
        };
        for mut rule in moved {
            each_id(&mut rule.ops, &mut renumber);
            to.rules.push(rule);
        }
        for mut set in from.sets.into_iter().zip(known).filter(|(_, k)| *k).map(|(s, _)| s) {
            set.table = tables[set.table.0 as usize].unwrap_or(set.table);
            for element in &mut set.elements {
                super::ids::of_element(element, &mut renumber);
            }
            to.sets.push(set);
        }
    }
}

/// A set without elements.
pub(super) fn empty_set(table: TableId, key: Vec<KeyPart>, span: Span) -> Set {
    Set {
        table,
        name: None,
        key,
        data: SetData::None,
        flags: SetFlags::default(),
        timeout_ms: None,
        size: None,
        stateful: Vec::new(),
        elements: Vec::<SetElement>::new(),
        whole: true,
        handle: None,
        span,
    }
}
