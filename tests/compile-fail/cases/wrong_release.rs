use qmp_bindings::blocking::Qmp;
use qmp_bindings::{v2_5, v2_11};

fn add(qmp: &mut Qmp<v2_11::Release>, options: v2_5::types::BlockdevOptions) {
    let _ = qmp.execute(v2_5::command::BlockdevAdd { options });
}

fn main() {}
