//! The releases between which `--speak` translates.

use std::sync::OnceLock;

use qapi_codegen::imported::QemuProgram;
use qapi_codegen::knowledge::ErrorWordings;
use qapi_codegen::traffic::check::Checker;
use qapi_codegen::traffic::speak::{SharedNodes, Speaker, SpeakerData, greeted_version};
use qapi_codegen::version::{Series, Version};

use crate::catalogue::{Catalogue, Release};
use crate::failure::Failure;

/// The release that clients speak, and those of the servers so far.
pub struct SpokenReleases<'c> {
    catalogue: &'c Catalogue,
    spoken: Release,
    /// Each is read when a server of the series greets.
    servers: Vec<(Series, OnceLock<Release>)>,
}

/// Translates between clients and servers.
pub struct Interpreters<'i> {
    releases: &'i SpokenReleases<'i>,
    spoken: Checker<'i>,
    servers: Vec<OnceLock<Checker<'i>>>,
    wordings: ErrorWordings,
    is_lenient: bool,
    /// The block nodes of the server.
    pub nodes: SharedNodes,
}

impl<'c> SpokenReleases<'c> {
    /// Reads the release that clients were written for.
    pub fn read(catalogue: &'c Catalogue, spoken: &str) -> Result<Self, Failure> {
        let servers = catalogue.series().iter();
        Ok(SpokenReleases {
            spoken: catalogue.release(spoken, QemuProgram::Emulator)?,
            servers: servers.map(|series| (*series, OnceLock::new())).collect(),
            catalogue,
        })
    }

    /// The index of the series whose interface a server has: its own or, if that
    /// is not imported, the last one before it.
    fn index(&self, server: Version) -> Result<usize, Failure> {
        let spoken = self.spoken.schema.version.series();
        if server.series() < spoken {
            return Err(Failure::new(format!(
                "QEMU {server} is older than {spoken}, the release that is spoken"
            ))
            .with_help("requests are translated for later releases only"));
        }
        let index = self
            .servers
            .partition_point(|(series, _)| *series <= server.series());
        index
            .checked_sub(1)
            .ok_or_else(|| Failure::new(format!("QEMU {server} is older than all known releases")))
    }

    /// The release of a series, which is read on first use.
    fn server(&self, index: usize) -> Result<&Release, Failure> {
        let (series, release) = &self.servers[index];
        if let Some(release) = release.get() {
            return Ok(release);
        }
        let name = series.to_string();
        let mut read = self.catalogue.release(&name, QemuProgram::Emulator)?;
        read.written_for = Some(self.spoken.schema.version.series());
        Ok(release.get_or_init(|| read))
    }
}

impl<'i> Interpreters<'i> {
    /// Creates the translation for one proxy.
    pub fn new(
        releases: &'i SpokenReleases<'i>,
        wordings: ErrorWordings,
        is_lenient: bool,
    ) -> Interpreters<'i> {
        Interpreters {
            spoken: releases.spoken.checker(None),
            servers: releases.servers.iter().map(|_| OnceLock::new()).collect(),
            releases,
            wordings,
            is_lenient,
            nodes: SharedNodes::default(),
        }
    }

    /// Creates the connection of a client with a server that greeted. The
    /// greeting is still to be given to it.
    pub fn connect(&self, greeting: &[u8]) -> Result<Speaker<'_>, Failure> {
        let server = greeted_version(greeting)
            .ok_or_else(|| Failure::new("the server does not greet as a QEMU does"))?;
        let index = self.releases.index(server)?;
        let release = self.releases.server(index)?;
        let server = self.servers[index].get_or_init(|| release.checker(None));
        Ok(Speaker::new(SpeakerData {
            spoken: &self.spoken,
            version: self.releases.spoken.schema.version,
            server,
            knowledge: self.releases.catalogue.knowledge(),
            wordings: &self.wordings,
            is_lenient: self.is_lenient,
            nodes: self.nodes.clone(),
        }))
    }
}
