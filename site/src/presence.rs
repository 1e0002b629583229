//! The series that have an entity.

use qapi_codegen::version::Series;

/// The series that have an entity, among all series of a program.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Presence {
    has: Vec<bool>,
}

impl Presence {
    /// Adds the series at an index.
    pub fn add(&mut self, index: usize) {
        if self.has.len() <= index {
            self.has.resize(index + 1, false);
        }
        self.has[index] = true;
    }

    /// Returns whether the series at an index has the entity.
    pub fn contains(&self, index: usize) -> bool {
        self.has.get(index).copied().unwrap_or(false)
    }

    /// The indices of the series.
    pub fn indices(&self) -> impl Iterator<Item = usize> {
        let has = self.has.iter().enumerate();
        has.filter(|(_, has)| **has).map(|(index, _)| index)
    }

    /// The index of the oldest series.
    pub fn first(&self) -> Option<usize> {
        self.indices().next()
    }

    /// The index of the newest series.
    pub fn last(&self) -> Option<usize> {
        self.indices().last()
    }

    /// The number of series.
    pub fn count(&self) -> usize {
        self.indices().count()
    }

    /// The series in words: `2.5 to 5.2, 6.1`.
    pub fn describe(&self, series: &[Series]) -> String {
        let mut runs: Vec<(usize, usize)> = Vec::new();
        for index in self.indices() {
            match runs.last_mut() {
                Some((_, last)) if *last + 1 == index => *last = index,
                _ => runs.push((index, index)),
            }
        }
        let name = |index: usize| series[index].to_string();
        let runs = runs.iter().map(|&(first, last)| match first == last {
            true => name(first),
            false => format!("{} to {}", name(first), name(last)),
        });
        runs.collect::<Vec<_>>().join(", ")
    }
}

impl FromIterator<usize> for Presence {
    fn from_iter<I: IntoIterator<Item = usize>>(indices: I) -> Self {
        let mut presence = Presence::default();
        indices.into_iter().for_each(|index| presence.add(index));
        presence
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbouring_series_are_a_range() {
        let series: Vec<Series> = (0..6).map(|minor| Series::new(5, minor)).collect();
        let describe = |indices: &[usize]| {
            indices
                .iter()
                .copied()
                .collect::<Presence>()
                .describe(&series)
        };
        assert_eq!(describe(&[]), "");
        assert_eq!(describe(&[2]), "5.2");
        assert_eq!(describe(&[0, 1, 2, 4]), "5.0 to 5.2, 5.4");
    }
}
