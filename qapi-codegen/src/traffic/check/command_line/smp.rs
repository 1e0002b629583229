//! Checking the counts of `-smp`.

use super::option::OptionCheck;
use super::subject::{CommandLineProblem, CommandLineSubject};
use crate::traffic::command_line::Parameters;
use crate::version::Series;

/// The levels that all releases multiply and compute if they are left out.
const LEVELS: [&str; 3] = ["sockets", "cores", "threads"];

/// The levels that are one if they are left out.
const OTHER_LEVELS: [&str; 5] = ["dies", "clusters", "modules", "books", "drawers"];

/// The first series that rejects a product below `maxcpus`.
const EXACT: Series = Series::new(5, 2);

/// The first series that computes what is left out from `maxcpus`, and ignores
/// counts of zero.
const FROM_MAXIMUM: Series = Series::new(6, 2);

/// The number of CPUs that any machine type with several has.
const COMMON_MAXIMUM: u64 = 255;

/// The counts of `-smp`; zero for those that are left out.
struct Topology {
    cpus: u64,
    maximum: Option<u64>,
    /// Sockets, cores and threads.
    levels: [u64; 3],
    /// The product of the other levels.
    others: u64,
}

impl Topology {
    fn new(parameters: &Parameters<'_>) -> Option<Topology> {
        let is_known = |key: &str| {
            let own = parameters.get(key);
            own.is_none_or(|own| own.value.parse::<u64>().is_ok())
        };
        let first = parameters.first().map(|first| &*first.value);
        let cpus = first.or_else(|| Some(&*parameters.get("cpus")?.value));
        let cpus = cpus.map_or(Some(0), |cpus| cpus.parse().ok())?;
        let keys = LEVELS.iter().chain(&OTHER_LEVELS).chain(&["maxcpus"]);
        let number = |key: &str| parameters.get(key)?.value.parse::<u64>().ok();
        let is_complete = { keys }.all(|key| is_known(key));
        let others = OTHER_LEVELS.iter().map(|level| number(level).unwrap_or(1));
        is_complete.then_some(Topology {
            cpus,
            maximum: number("maxcpus"),
            levels: LEVELS.map(|level| number(level).unwrap_or(0)),
            others: others
                .map(|count| count.max(1))
                .try_fold(1, u64::checked_mul)?,
        })
    }

    /// Computes what is left out as QEMU does since 6.2, where the result does not
    /// depend on the machine type: the product, or zero if there is none.
    fn complete(&self) -> (u64, u64, u64) {
        let given = self.levels.iter().filter(|level| **level > 0);
        let given = { given }.fold(self.others, |product, level| product.saturating_mul(*level));
        let maximum = self.maximum.filter(|maximum| *maximum > 0);
        let maximum = match (maximum, self.cpus) {
            (Some(maximum), _) => maximum,
            (None, 0) => given,
            (None, cpus) => cpus,
        };
        let is_complete = self.levels.iter().all(|level| *level > 0);
        let product = match is_complete {
            true => given,
            false => given * (maximum / given),
        };
        let cpus = if self.cpus == 0 { maximum } else { self.cpus };
        (product, maximum, cpus)
    }

    /// Computes what is left out as QEMU does before 6.2.
    fn complete_old(&self) -> (u64, u64, u64) {
        let [mut sockets, mut cores, mut threads] = self.levels;
        let mut cpus = self.cpus;
        let others = self.others;
        let rest = |total: u64, factors: [u64; 2]| {
            let product = factors[0].saturating_mul(factors[1]).saturating_mul(others);
            total / product.max(1)
        };
        if cpus == 0 || sockets == 0 {
            (cores, threads) = (cores.max(1), threads.max(1));
            if cpus == 0 {
                sockets = sockets.max(1);
                cpus = sockets.saturating_mul(cores).saturating_mul(threads);
                cpus = cpus.saturating_mul(others);
            } else {
                sockets = rest(self.maximum.unwrap_or(cpus), [cores, threads]);
            }
        } else if cores == 0 {
            threads = threads.max(1);
            cores = rest(cpus, [sockets, threads]).max(1);
        } else if threads == 0 {
            threads = rest(cpus, [sockets, cores]).max(1);
        }
        let product = [sockets, cores, threads];
        let product = { product.iter() }.fold(others, |all, level| all.saturating_mul(*level));
        (product, self.maximum.unwrap_or(cpus), cpus)
    }
}

impl<'m> OptionCheck<'m> {
    /// Reports counts that contradict each other.
    pub fn check_topology(&mut self, parameters: &'m Parameters<'m>) {
        let Some(topology) = Topology::new(parameters) else {
            return;
        };
        let series = self.facts.series();
        let (product, maximum, cpus) = match series >= FROM_MAXIMUM {
            true => topology.complete(),
            false => topology.complete_old(),
        };
        if maximum < cpus {
            self.report(CommandLineProblem::TooManyCpus { maximum, cpus });
        } else if product > maximum || product < cpus || series >= EXACT && product != maximum {
            self.report(CommandLineProblem::InvalidTopology { product, maximum });
        }
        self.check_machine_limits(parameters, maximum);
    }

    /// Reports what depends on the machine type.
    fn check_machine_limits(&mut self, parameters: &'m Parameters<'m>, maximum: u64) {
        const REASON: &str = "The machine type decides.";
        let is_x86 = matches!(self.facts.target(), Some("x86_64" | "i386"));
        let levels = OTHER_LEVELS.iter().filter(|level| {
            let is_of_pc = is_x86 && matches!(**level, "dies" | "modules");
            let count = parameters.get(level).map(|own| &*own.value);
            !is_of_pc && count.is_some_and(|count| !matches!(count, "0" | "1"))
        });
        let many = (maximum > COMMON_MAXIMUM).then_some("maxcpus");
        for name in { levels }.copied().chain(many) {
            let subject = CommandLineSubject::Parameter {
                option: "smp",
                name,
            };
            self.report_at(name, CommandLineProblem::Unverified(subject, Some(REASON)));
        }
    }
}
