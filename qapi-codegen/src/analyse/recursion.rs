//! Where a type contains itself, and so needs a box.
//!
//! An array breaks a cycle by itself. Of the edges of a cycle, those from an
//! alternate are boxed first: they are where a person would do it, and for
//! every release they break all cycles through the block layer at once.

use std::collections::{HashMap, HashSet};

use crate::schema::{BranchContent, NamedType, Schema, TypeId, TypeKind, ValueType};

/// A place where one type holds another by value: the type, and the wire name
/// of its member or branch.
pub type Edge = (TypeId, String);

/// The places that need a box.
pub fn boxed(schema: &Schema) -> HashSet<Edge> {
    let mut edges: Vec<Held> = schema
        .types()
        .flat_map(|(id, _)| held(schema, id))
        .collect();
    let mut boxed = HashSet::new();
    loop {
        let components = components(schema.types.len(), &edges);
        let in_cycle = |edge: &Held| components[edge.from.index()] == components[edge.to.index()];
        let Some(first) = edges
            .iter()
            .filter(|edge| in_cycle(edge))
            .map(|edge| edge.rank)
            .min()
        else {
            return boxed;
        };
        let (broken, kept): (Vec<Held>, _) = edges
            .into_iter()
            .partition(|edge| in_cycle(edge) && edge.rank == first);
        boxed.extend(broken.into_iter().map(|edge| (edge.from, edge.name)));
        edges = kept;
    }
}

/// One type that another holds by value.
struct Held {
    from: TypeId,
    to: TypeId,
    name: String,
    rank: Rank,
}

/// Which edges of a cycle are boxed first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Alternate,
    Member,
    Branch,
}

fn held(schema: &Schema, from: TypeId) -> Vec<Held> {
    let edge = |name: &str, ty: ValueType, rank: Rank| match ty {
        ValueType::One(NamedType::Defined(to)) => Some(Held {
            from,
            to,
            name: name.to_owned(),
            rank,
        }),
        _ => None,
    };
    let members = schema.members(from).into_iter();
    let members = members.filter_map(|member| edge(&member.meta.name, member.ty, Rank::Member));
    match &schema.get(from).kind {
        TypeKind::Enum(_) => Vec::new(),
        TypeKind::Struct(_) => members.collect(),
        TypeKind::Alternate(alternate) => alternate
            .branches
            .iter()
            .filter_map(|branch| edge(&branch.meta.name, branch.ty, Rank::Alternate))
            .collect(),
        TypeKind::Union(union) => {
            let cases = schema.union_branches(union);
            let branches = cases.iter().filter_map(|case| match case.content {
                BranchContent::Nothing => None,
                BranchContent::Members(id) => edge(
                    &case.meta.name,
                    ValueType::One(NamedType::Defined(id)),
                    Rank::Branch,
                ),
                BranchContent::Data(ty) => edge(&case.meta.name, ty, Rank::Branch),
            });
            members.chain(branches).collect()
        }
    }
}

/// The strongly connected component of each type, by Tarjan's algorithm with a
/// stack of its own.
fn components(count: usize, edges: &[Held]) -> Vec<usize> {
    let mut targets: HashMap<usize, Vec<usize>> = HashMap::new();
    for edge in edges {
        targets
            .entry(edge.from.index())
            .or_default()
            .push(edge.to.index());
    }
    let mut search = Search::new(count, &targets);
    for start in 0..count {
        search.from(start);
    }
    search.component.into_iter().flatten().collect()
}

struct Search<'t> {
    targets: &'t HashMap<usize, Vec<usize>>,
    order: Vec<Option<usize>>,
    low: Vec<usize>,
    component: Vec<Option<usize>>,
    open: Vec<usize>,
    visited: usize,
}

impl<'t> Search<'t> {
    fn new(count: usize, targets: &'t HashMap<usize, Vec<usize>>) -> Self {
        Search {
            targets,
            order: vec![None; count],
            low: vec![0; count],
            component: vec![None; count],
            open: Vec::new(),
            visited: 0,
        }
    }

    fn from(&mut self, start: usize) {
        let mut path = Vec::new();
        self.enter(start, &mut path);
        while let Some((node, next)) = path.pop() {
            match self
                .targets
                .get(&node)
                .and_then(|targets| targets.get(next))
            {
                Some(&target) => {
                    path.push((node, next + 1));
                    self.enter(target, &mut path);
                    self.note(node, target);
                }
                None => {
                    self.leave(node);
                    if let Some(&(parent, _)) = path.last() {
                        self.low[parent] = self.low[parent].min(self.low[node]);
                    }
                }
            }
        }
    }

    fn enter(&mut self, node: usize, path: &mut Vec<(usize, usize)>) {
        if self.order[node].is_none() {
            self.order[node] = Some(self.visited);
            self.low[node] = self.visited;
            self.visited += 1;
            self.open.push(node);
            path.push((node, 0));
        }
    }

    fn note(&mut self, node: usize, target: usize) {
        if let (Some(order), None) = (self.order[target], self.component[target]) {
            self.low[node] = self.low[node].min(order);
        }
    }

    fn leave(&mut self, node: usize) {
        if self.order[node] != Some(self.low[node]) {
            return;
        }
        while let Some(member) = self.open.pop() {
            self.component[member] = Some(node);
            if member == node {
                return;
            }
        }
    }
}
