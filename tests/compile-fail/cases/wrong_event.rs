use qmp_bindings::{EventOf, v2_5, v10_0};

fn shutdown(event: &v10_0::Event) -> Option<&v2_5::event::Shutdown> {
    <v2_5::event::Shutdown as EventOf<v10_0::Release>>::from_event_ref(event)
}

fn main() {}
