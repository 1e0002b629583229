#![deny(deprecated)]

use qmp_bindings::v10_0::command::QueryMigrationthreads;

fn main() {
    let _ = QueryMigrationthreads {};
}
