//! Equality of shapes.

use super::compare::{CompareSink, InterfaceComparer};
use super::interface::{Interface, ShapeId};
use super::path::Direction;
use super::site::{CompareSite, WireDifference};

/// Returns `true` if two shapes allow the same values.
///
/// Shapes that contain themselves are equal unless a difference is found.
pub fn same<'s>(old: &Interface<'s>, left: ShapeId, new: &Interface<'s>, right: ShapeId) -> bool {
    let mut walk = InterfaceComparer::new(old, new);
    let mut sink = FirstDifference { is_found: false };
    let site = &mut CompareSite::at_operation("", Direction::Request);
    walk.link(&mut sink, site, left, right);
    walk.finish(&mut sink);
    !sink.is_found
}

/// Stops a comparison at the first difference.
struct FirstDifference {
    is_found: bool,
}

impl<'a, 's> CompareSink<'a, 's> for FirstDifference {
    fn differ(
        &mut self,
        _: &InterfaceComparer<'a, 's>,
        _: &CompareSite<'s>,
        _: WireDifference<'a, 's>,
    ) {
        self.is_found = true;
    }

    fn is_done(&self) -> bool {
        self.is_found
    }
}
