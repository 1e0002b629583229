use qmp_bindings::mock::Server;
use qmp_bindings::{v2_5, v2_11};

fn expect(server: Server<v2_11::Release>) {
    let _ = server.on(|_: v2_5::command::BlockdevAdd| Ok(Default::default()));
}

fn emit(server: Server<v2_5::Release>, event: qmp_bindings::v10_0::event::JobStatusChange) {
    let _ = server.emit(event);
}

fn main() {}
