//! The orders in which QEMU walks the members of an object.
//!
//! QEMU keeps them in tables by the hash of their names, so that the first of several
//! problems does not depend on the order in the request.

/// The number of buckets of QEMU's dictionaries.
const BUCKETS: u32 = 512;

/// The smallest table of GLib, as a power of two.
const LEAST_SHIFT: u32 = 3;

/// The primes by which GLib divides hashes, by the power of two of the table.
const PRIMES: [u32; 17] = [
    1, 2, 3, 7, 13, 31, 61, 127, 251, 509, 1021, 2039, 4093, 8191, 16381, 32749, 65521,
];

/// Sorts names, given in the order of the request, by their places in a dictionary of
/// QEMU. What comes last is first in its bucket.
pub fn dictionary_order<'n>(names: impl IntoIterator<Item = &'n str>) -> Vec<&'n str> {
    let mut names: Vec<&str> = names.into_iter().collect();
    names.reverse();
    names.sort_by_key(|name| bucket(name));
    names
}

/// Returns the members that are left of an object, in the order in which QEMU finds
/// them after it visited the others in the order given.
///
/// This order depends on GLib as well, and is that of GLib since 2.60.
pub fn unvisited_order<'n>(
    names: impl IntoIterator<Item = &'n str>,
    visited: &[&str],
) -> Vec<&'n str> {
    let mut table = Table::default();
    for name in dictionary_order(names) {
        table.insert(name);
    }
    for name in visited {
        table.remove(name);
    }
    table.names().collect()
}

fn bucket(name: &str) -> u32 {
    let bytes = name.as_bytes();
    let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    let mut hash = 0x238f_13af_u32.wrapping_mul(length);
    for (index, byte) in bytes.iter().enumerate() {
        hash = hash.wrapping_add(u32::from(*byte) << (index * 5 % 24));
    }
    hash.wrapping_mul(1_103_515_243).wrapping_add(12345) % BUCKETS
}

/// A hash table of GLib.
struct Table<'n> {
    slots: Vec<Slot<'n>>,
    shift: u32,
    /// The number of slots that are not free.
    occupied: usize,
    used: usize,
}

#[derive(Clone, Copy, PartialEq)]
enum Slot<'n> {
    Free,
    /// There was a name once.
    Left,
    Used(&'n str),
}

impl Default for Table<'_> {
    fn default() -> Self {
        Table {
            slots: vec![Slot::Free; 1 << LEAST_SHIFT],
            shift: LEAST_SHIFT,
            occupied: 0,
            used: 0,
        }
    }
}

impl<'n> Table<'n> {
    fn names(&self) -> impl Iterator<Item = &'n str> {
        self.slots.iter().filter_map(|slot| match slot {
            Slot::Used(name) => Some(*name),
            _ => None,
        })
    }

    /// The slots of a name, in the order in which they are tried.
    fn probe(&self, name: &str) -> impl Iterator<Item = usize> + use<> {
        let hash = name.bytes().fold(5381_u32, |hash, byte| {
            let byte = i32::from(byte.cast_signed()).cast_unsigned();
            hash.wrapping_mul(33).wrapping_add(byte)
        });
        // The hashes 0 and 1 have a meaning of their own.
        let hash = hash.max(2);
        let prime = PRIMES[(self.shift as usize).min(PRIMES.len() - 1)];
        let start = (hash.wrapping_mul(11) % prime) as usize;
        let mask = self.slots.len() - 1;
        (0..).scan(start, move |slot, step| {
            *slot = (*slot + step) & mask;
            Some(*slot)
        })
    }

    fn find(&self, wanted: impl Fn(Slot<'n>) -> bool, name: &str) -> Option<usize> {
        let mut slots = self.probe(name).take(self.slots.len() + 1);
        slots.find(|slot| wanted(self.slots[*slot]))
    }

    fn insert(&mut self, name: &'n str) {
        let Some(slot) = self.find(|slot| slot == Slot::Free, name) else {
            return;
        };
        self.slots[slot] = Slot::Used(name);
        self.occupied += 1;
        self.used += 1;
        self.resize();
    }

    fn remove(&mut self, name: &str) {
        let is_name = |slot: Slot<'n>| matches!(slot, Slot::Used(own) if own == name);
        let Some(slot) = self.find(is_name, name) else {
            return;
        };
        self.slots[slot] = Slot::Left;
        self.used -= 1;
        self.resize();
    }

    fn resize(&mut self) {
        let size = self.slots.len();
        let is_large = size > (self.used * 4).max(1 << LEAST_SHIFT);
        if !is_large && size > self.occupied + self.occupied / 16 {
            return;
        }
        // GLib multiplies by the floating-point number 1.333.
        let wanted = self.used * 1333 / 1000;
        self.shift = (usize::BITS - wanted.leading_zeros()).max(LEAST_SHIFT);
        let old = std::mem::take(&mut self.slots);
        self.slots = vec![Slot::Free; 1 << self.shift];
        self.replace(old);
        self.occupied = self.used;
    }

    /// Moves the names to their new slots. A name pushes out one that is not moved yet,
    /// which moves next.
    fn replace(&mut self, mut old: Vec<Slot<'n>>) {
        for index in 0..old.len() {
            let mut next = std::mem::replace(&mut old[index], Slot::Free);
            while let Slot::Used(name) = next {
                let Some(slot) = self.find(|slot| slot == Slot::Free, name) else {
                    return;
                };
                self.slots[slot] = next;
                next = match old.get_mut(slot) {
                    Some(old) => std::mem::replace(old, Slot::Free),
                    None => Slot::Free,
                };
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_of_a_bucket_is_first() {
        assert_eq!(dictionary_order(["a", "a"]), ["a", "a"]);
        let names = dictionary_order(["id", "bus", "driver", "scsi", "bootindex", "drive"]);
        let position = |wanted: &str| names.iter().position(|name| *name == wanted);
        // As QEMU 10.0 finds them.
        assert!(position("bootindex") < position("scsi"));
    }

    #[test]
    fn visited_members_are_left_out() {
        let names: Vec<String> = (0..100).map(|number| format!("member{number}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let left = unvisited_order(names.iter().copied(), &names[..60]);
        assert_eq!(left.len(), 40);
        assert!(left.iter().all(|name| names[60..].contains(name)));
        assert!(unvisited_order([], &["a"]).is_empty());
    }
}
