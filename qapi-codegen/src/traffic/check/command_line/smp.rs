//! Checking the counts of `-smp`.

use super::option::OptionCheck;
use super::subject::CommandLineProblem;
use crate::traffic::command_line::Parameters;

/// The levels that all releases multiply.
const LEVELS: [&str; 3] = ["sockets", "cores", "threads"];

impl OptionCheck<'_> {
    /// Reports levels whose product is too small for the CPUs.
    pub fn check_topology(&mut self, parameters: &Parameters<'_>) {
        let number = |key: &str| parameters.get(key)?.value.parse::<u64>().ok();
        let first = parameters
            .first()
            .and_then(|first| first.value.parse::<u64>().ok());
        let levels: Option<Vec<u64>> = LEVELS.iter().map(|level| number(level)).collect();
        let (Some(cpus), Some(levels)) = (first.or_else(|| number("cpus")), levels) else {
            return;
        };
        let others = ["dies", "clusters", "modules", "books", "drawers"];
        let others = others.iter().map(|level| number(level).unwrap_or(1));
        let product = levels
            .into_iter()
            .chain(others)
            .try_fold(1_u64, u64::checked_mul);
        if let Some(product) = product.filter(|product| *product < cpus) {
            self.report(CommandLineProblem::InvalidTopology { product, cpus });
        }
    }
}
