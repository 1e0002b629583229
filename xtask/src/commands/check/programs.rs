//! The interfaces of other series and programs, which are read when a message
//! needs them.

use std::cell::OnceCell;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use qapi_codegen::imported::QemuProgram;
use qapi_codegen::knowledge::{ArgumentSite, SeriesLookup};
use qapi_codegen::traffic::check::Checker;
use qapi_codegen::version::Series;
use qapi_codegen::wire::Interface;

use crate::catalogue::{Catalogue, Release};

/// The interfaces of one program in all series. Texts of help name the series
/// that have what a message needs.
pub struct AllSeries<'c> {
    catalogue: &'c Catalogue,
    program: QemuProgram,
    releases: OnceLock<Vec<Release>>,
}

/// [`AllSeries`] with interfaces that borrow from it.
pub struct Elsewhere<'a> {
    all: &'a AllSeries<'a>,
    /// A question about an argument was answered.
    was_asked: AtomicBool,
    interfaces: OnceLock<Vec<Interface<'a>>>,
}

impl<'c> AllSeries<'c> {
    /// Creates the interfaces without reading them.
    pub fn new(catalogue: &'c Catalogue, program: QemuProgram) -> Self {
        AllSeries {
            catalogue,
            program,
            releases: OnceLock::new(),
        }
    }

    /// The releases; none if one cannot be read.
    fn releases(&self) -> &[Release] {
        self.releases.get_or_init(|| {
            let series = self.catalogue.series();
            let releases = self.catalogue.releases(series, self.program);
            releases.unwrap_or_default()
        })
    }
}

impl<'a> Elsewhere<'a> {
    /// Creates a lookup.
    pub fn new(all: &'a AllSeries<'a>) -> Self {
        Elsewhere {
            all,
            was_asked: AtomicBool::new(false),
            interfaces: OnceLock::new(),
        }
    }
}

impl SeriesLookup for Elsewhere<'_> {
    fn with_command(&self, command: &str) -> Vec<Series> {
        let all = self.all;
        all.catalogue.series_with_command(command, all.program)
    }

    fn with_argument(&self, argument: &ArgumentSite<'_>) -> Vec<Series> {
        // Most files have one question at most, for which whole interfaces are too much.
        if !self.was_asked.swap(true, Ordering::Relaxed) {
            let all = self.all;
            return all.catalogue.series_with_argument(argument, all.program);
        }
        let interfaces = self.interfaces.get_or_init(|| {
            let schemas = self.all.releases().iter().map(|release| &release.schema);
            schemas.map(Interface::from_schema).collect()
        });
        let having = interfaces.iter().filter(|own| argument.exists_in(own));
        having.map(|own| own.version.series()).collect()
    }
}

/// The guest agent of each release that is checked.
pub struct GuestAgents<'c> {
    catalogue: &'c Catalogue,
    releases: Vec<(String, OnceCell<Option<Release>>)>,
}

/// [`GuestAgents`] with checkers that borrow from it.
pub struct AgentCheckers<'a> {
    agents: &'a GuestAgents<'a>,
    elsewhere: &'a Elsewhere<'a>,
    checkers: Vec<OnceCell<Option<Checker<'a>>>>,
}

impl<'c> GuestAgents<'c> {
    /// Creates the agents of releases, as SCHEMA arguments name them.
    pub fn new(catalogue: &'c Catalogue, names: impl IntoIterator<Item = String>) -> Self {
        let releases = names.into_iter().map(|name| (name, OnceCell::new()));
        GuestAgents {
            catalogue,
            releases: releases.collect(),
        }
    }

    fn release(&self, index: usize) -> Option<&Release> {
        let (name, release) = &self.releases[index];
        let read = || self.catalogue.release(name, QemuProgram::GuestAgent).ok();
        release.get_or_init(read).as_ref()
    }
}

impl<'a> AgentCheckers<'a> {
    /// Creates checkers.
    pub fn new(agents: &'a GuestAgents<'a>, elsewhere: &'a Elsewhere<'a>) -> Self {
        AgentCheckers {
            agents,
            elsewhere,
            checkers: agents.releases.iter().map(|_| OnceCell::new()).collect(),
        }
    }

    /// The checker of the agent of a release, if a command is one of agents. It is
    /// missing if that agent is not known.
    pub fn find(&self, index: usize, command: &str) -> Option<(QemuProgram, Option<&Checker<'a>>)> {
        let program = QemuProgram::GuestAgent;
        if self.elsewhere.with_command(command).is_empty() {
            return None;
        }
        let make = || Some(self.agents.release(index)?.checker(Some(self.elsewhere)));
        Some((program, self.checkers[index].get_or_init(make).as_ref()))
    }
}
