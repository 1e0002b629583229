use qmp_bindings::blocking::Qmp;
use qmp_bindings::v10_0::{Release, command::QueryStatus};

fn main() {
    let mut qmp = Qmp::<Release>::connect_unix("monitor.sock").unwrap();
    let _ = qmp.execute_oob(QueryStatus {});
}
