//! Observation of the bytes that pass in one direction.

use std::sync::Arc;
use std::sync::mpsc::SyncSender;

use qapi_codegen::traffic::read::Sender;
use qapi_codegen::traffic::record::{Transfer, TransferOrigin, TransferSplitter};

use super::recorder::Recorder;
use super::since_epoch;
use crate::render::count;
use crate::serving::{Event, Peer};

/// What becomes of the bytes of one direction.
pub struct Tap {
    side: Sender,
    session: String,
    recorder: Option<Arc<Recorder>>,
    /// The receiver of requests.
    pub requests: Option<SyncSender<Event>>,
    splitter: TransferSplitter,
}

impl Tap {
    /// Creates a tap that records.
    pub fn new(side: Sender, session: &str, recorder: Option<Arc<Recorder>>) -> Tap {
        Tap {
            side,
            session: session.to_owned(),
            recorder,
            requests: None,
            splitter: TransferSplitter::default(),
        }
    }

    /// Observes bytes that pass with a number of file descriptors.
    pub fn pass(&mut self, bytes: &[u8], fds: usize) {
        if self.recorder.is_none() && self.requests.is_none() {
            return;
        }
        if fds > 0 {
            let raw = format!("passes {}", count(fds, "file descriptor")).into_bytes();
            let note = Transfer { raw, eol: "none" };
            self.record(&note, None);
        }
        for transfer in self.splitter.push(bytes) {
            self.observe(transfer);
        }
    }

    /// Observes the end.
    pub fn finish(&mut self) {
        if let Some(transfer) = self.splitter.finish() {
            self.observe(transfer);
        }
    }

    fn observe(&mut self, transfer: Transfer) {
        self.record(&transfer, Some(self.side));
        if let Some(requests) = &self.requests {
            // The receiver is there as long as the session.
            let _ = requests.send(Event::Received(Peer::Client(0), transfer.raw, Vec::new()));
        }
    }

    fn record(&self, transfer: &Transfer, sender: Option<Sender>) {
        if let Some(recorder) = &self.recorder {
            let origin = TransferOrigin {
                session: &self.session,
                step: recorder.step(sender),
                sender,
                time: since_epoch(),
            };
            recorder.write(&transfer.to_line(origin));
        }
    }
}
