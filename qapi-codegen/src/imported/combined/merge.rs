//! Writing the models of several series as one text.

use std::collections::HashMap;

use super::{CombinedSeries, FORMAT, SeriesSet};
use crate::schema::Schema;
use crate::schema::lines::SEPARATOR;

/// The model of a series, and what it was made from.
#[derive(Debug)]
pub struct CombinedInput<'s> {
    /// The series.
    pub series: CombinedSeries,
    /// The model.
    pub schema: &'s Schema,
}

/// A definition, and the series that have it.
struct MergedLine {
    line: String,
    series: SeriesSet,
}

/// Writes models as one text, oldest first. A model that the text cannot have is left
/// out.
pub fn combine(models: &[CombinedInput<'_>]) -> String {
    let written = models
        .iter()
        .filter_map(|own| Some((own, own.schema.to_lines()?)));
    let mut series = Vec::new();
    let mut merged = Vec::new();
    for (index, (model, lines)) in written.take(SeriesSet::BITS as usize).enumerate() {
        series.push(&model.series);
        merged = merge(merged, lines, 1 << index);
    }
    let mut text = format!("{FORMAT}{}\n", merged.len());
    for own in &series {
        text += &(own.to_line() + "\n");
    }
    text.push('\n');
    for MergedLine { line, series: own } in &merged {
        text += &format!("{}{SEPARATOR}{line}\n", runs(*own, &series));
    }
    text
}

/// Adds the lines of a series, whose order remains. Of lines that are in another order
/// in earlier series, some are repeated.
fn merge(merged: Vec<MergedLine>, lines: Vec<String>, series: SeriesSet) -> Vec<MergedLine> {
    let known = merged.iter().enumerate();
    let known: HashMap<&str, usize> = known
        .map(|(position, own)| (&*own.line, position))
        .collect();
    let positions = lines.iter().map(|line| known.get(&**line).copied());
    let kept = longest_ascending(&positions.collect::<Vec<_>>());
    let mut rest = merged.into_iter().enumerate().peekable();
    let mut all = Vec::new();
    for (line, position) in lines.into_iter().zip(kept) {
        let Some(position) = position else {
            all.push(MergedLine { line, series });
            continue;
        };
        while let Some((own, mut merged)) = rest.next_if(|(own, _)| *own <= position) {
            if own == position {
                merged.series |= series;
            }
            all.push(merged);
        }
    }
    all.extend(rest.map(|(_, merged)| merged));
    all
}

/// The longest subsequence of ascending positions; the others become `None`.
fn longest_ascending(positions: &[Option<usize>]) -> Vec<Option<usize>> {
    // For each length, the index of the subsequence whose last position is least.
    let mut ends: Vec<usize> = Vec::new();
    let mut previous = vec![None; positions.len()];
    for (index, position) in positions.iter().enumerate() {
        let Some(position) = position else { continue };
        let length = ends.partition_point(|&end| positions[end] < Some(*position));
        previous[index] = length.checked_sub(1).map(|before| ends[before]);
        match ends.get_mut(length) {
            Some(end) => *end = index,
            None => ends.push(index),
        }
    }
    let mut kept = vec![None; positions.len()];
    let mut next = ends.last().copied();
    while let Some(index) = next {
        kept[index] = positions[index];
        next = previous[index];
    }
    kept
}

/// The runs of consecutive series in a set. The last one has no end if it goes up to
/// the newest series, so that a new one changes only the lines that it does not have.
fn runs(set: SeriesSet, all: &[&CombinedSeries]) -> String {
    let has = |index: usize| index < all.len() && set & (1 << index) != 0;
    let name = |index: usize| all[index].release.series().to_string();
    let starts = (0..all.len()).filter(|&index| has(index) && (index == 0 || !has(index - 1)));
    let run = |first: usize| {
        let mut last = first;
        while has(last + 1) {
            last += 1;
        }
        match last {
            _ if last + 1 == all.len() => format!("{}-", name(first)),
            _ if last == first => name(first),
            _ => format!("{}-{}", name(first), name(last)),
        }
    };
    starts.map(run).collect::<Vec<_>>().join(",")
}
