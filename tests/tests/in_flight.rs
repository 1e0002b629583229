//! Several commands in flight, and abandoned commands.

use std::collections::BTreeSet;
use std::sync::mpsc;
use std::time::Duration;

use qmp_bindings::tokio::Qmp;
use qmp_bindings::v10_0::command::{QueryName, QueryStatus, QueryYank, Stop};
use qmp_bindings::v10_0::{Event, Release};
use qmp_bindings::{Error, Options, Series};
use serde_json::{Value, json};
use tests::clients::CLIENTS;
use tests::scripted::{GREETING, Peer, Scripted};

fn block_on<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.expect("a runtime").block_on(future)
}

async fn connect(server: &Scripted, options: &Options) -> Qmp<Release> {
    let stream = tokio::net::UnixStream::connect(server.path()).await;
    let qmp = Qmp::open(stream.expect("the server listens"), options).await;
    qmp.expect("a connection")
}

fn requests(peer: &mut Peer, count: usize) -> Vec<Value> {
    (0..count)
        .map(|_| peer.request().expect("a request"))
        .collect()
}

fn return_to(peer: &mut Peer, request: &Value, value: &str) {
    peer.line(&format!(
        "{{\"return\": {value}, \"id\": {}}}",
        request["id"]
    ));
}

const STOP: &str = r#"{"event": "STOP", "timestamp": {"seconds": 1, "microseconds": 1}}"#;

#[test]
fn replies_find_their_commands_in_any_order() {
    const COUNT: usize = 20;
    let server = Scripted::serve(|peer| {
        let requests = requests(peer.greet(), COUNT);
        for request in requests.iter().rev() {
            return_to(
                peer,
                request,
                &format!(r#"{{"name": "{}"}}"#, request["id"]),
            );
        }
        peer.wait_for_the_end();
    });
    block_on(async {
        let qmp = connect(&server, &Options::new()).await;
        let tasks: Vec<_> = (0..COUNT)
            .map(|_| {
                let qmp = qmp.clone();
                tokio::spawn(async move { qmp.execute(QueryName {}).await })
            })
            .collect();
        let mut names = BTreeSet::new();
        for task in tasks {
            names.extend(task.await.unwrap().unwrap().name);
        }
        assert_eq!(names.len(), COUNT);
    });
    server.join();
}

#[test]
fn the_reply_to_a_dropped_command_is_dropped() {
    let server = Scripted::serve(|peer| {
        let requests = requests(peer.greet(), 2);
        return_to(peer, &requests[0], r#"{"name": "late"}"#);
        return_to(peer, &requests[1], r#"{"name": "mine"}"#);
        peer.wait_for_the_end();
    });
    block_on(async {
        let qmp = connect(&server, &Options::new()).await;
        let dropped = tokio::time::timeout(Duration::from_millis(50), qmp.execute(QueryName {}));
        assert!(dropped.await.is_err());
        let name = qmp.execute(QueryName {}).await.unwrap().name;
        assert_eq!(name.as_deref(), Some("mine"));
    });
    server.join();
}

/// More than the buffer of a socket holds.
const LONG: usize = 8 << 20;

#[test]
fn a_command_abandoned_while_it_is_sent_is_sent_as_a_whole() {
    for connect in CLIENTS {
        let (resume, stopped) = mpsc::channel::<()>();
        let server = Scripted::serve(move |peer| {
            peer.greet();
            stopped.recv().expect("the client gave up");
            let long = peer.request().expect("a whole request");
            assert_eq!(long["arguments"]["text"].as_str().map(str::len), Some(LONG));
            return_to(peer, &long, "{}");
            peer.returns(r#"{"status": "running", "running": true}"#);
            peer.wait_for_the_end();
        });
        let options = Options::new().timeout(Duration::from_millis(200));
        let mut client = connect(&server.path(), &options).expect("a connection");
        let error = client
            .raw("x-long", &json!({"text": "x".repeat(LONG)}))
            .unwrap_err();
        assert!(
            matches!(error, Error::Timeout(_)),
            "{}: {error}",
            client.name()
        );
        resume.send(()).expect("the server waits");
        let status = client.status_within(Duration::from_secs(30));
        assert!(
            status
                .unwrap_or_else(|error| panic!("{}: {error}", client.name()))
                .running
        );
        drop(client);
        server.join();
    }
}

#[test]
fn a_slow_reader_learns_what_it_missed_and_delays_nobody() {
    const COUNT: u64 = 1000;
    let server = Scripted::serve(|peer| {
        let request = peer.greet().request().expect("a request");
        for _ in 0..COUNT {
            peer.line(STOP);
        }
        return_to(peer, &request, "{}");
        peer.wait_for_the_end();
    });
    block_on(async {
        let qmp = connect(&server, &Options::new().event_limit(10, 1 << 20)).await;
        let mut slow = qmp.events();
        let mut quick = qmp.events();
        let reader = tokio::spawn(async move {
            let mut read = 0;
            while read < COUNT {
                match quick.next().await.expect("there are more") {
                    Ok(_) => read += 1,
                    Err(Error::EventsMissed(missed)) => read += missed,
                    Err(error) => panic!("{error}"),
                }
            }
            read
        });
        qmp.execute(Stop {}).await.unwrap();
        assert_eq!(reader.await.unwrap(), COUNT);
        let Some(Err(Error::EventsMissed(missed))) = slow.next().await else {
            panic!("it read nothing so far");
        };
        assert_eq!(missed, COUNT - 10);
        for _ in 0..10 {
            assert!(slow.next().await.unwrap().is_ok());
        }
    });
    server.join();
}

#[test]
fn an_event_before_the_reply_counts() {
    let server = Scripted::serve(|peer| {
        let request = peer.greet().request().expect("a request");
        peer.line(STOP);
        return_to(peer, &request, "{}");
        peer.wait_for_the_end();
    });
    block_on(async {
        let qmp = connect(&server, &Options::new()).await;
        let found = qmp.execute_and_wait(Duration::from_secs(5), Stop {}, |event| {
            matches!(event, Event::Stop(_)).then_some("stopped")
        });
        assert_eq!(found.await.unwrap().1, "stopped");
    });
    server.join();
}

#[test]
fn an_out_of_band_command_is_read_while_others_are_queued() {
    let server = Scripted::serve(|peer| {
        peer.greet();
        // QEMU reads no more commands until it has answered one of these.
        let waiting = requests(peer, 8);
        let urgent = peer.request().expect("there is room for it");
        assert_eq!(urgent["exec-oob"], "query-yank");
        return_to(peer, &urgent, "[]");
        for request in &waiting {
            return_to(peer, request, "{}");
        }
        while let Some(request) = peer.request() {
            return_to(peer, &request, "{}");
        }
    });
    block_on(async {
        let qmp = connect(&server, &Options::new().oob(true)).await;
        let tasks: Vec<_> = (0..20)
            .map(|_| {
                let qmp = qmp.clone();
                tokio::spawn(async move { qmp.execute(Stop {}).await })
            })
            .collect();
        tokio::task::yield_now().await;
        qmp.execute_oob(QueryYank {}).await.unwrap();
        for task in tasks {
            task.await.unwrap().unwrap();
        }
    });
    server.join();
}

#[test]
fn all_callers_learn_that_the_connection_closed() {
    let server = Scripted::serve(|peer| {
        requests(peer.greet(), 3);
    });
    block_on(async {
        let qmp = connect(&server, &Options::new()).await;
        let tasks: Vec<_> = (0..3)
            .map(|_| {
                let qmp = qmp.clone();
                tokio::spawn(async move { qmp.execute(QueryStatus {}).await })
            })
            .collect();
        for task in tasks {
            let result = task.await.unwrap();
            assert!(matches!(result, Err(Error::Closed(_))), "{result:?}");
        }
        let result = qmp.execute(QueryStatus {}).await;
        assert!(matches!(result, Err(Error::Closed(_))), "{result:?}");
        let mut events = qmp.events();
        assert!(matches!(events.next().await, Some(Err(Error::Closed(_)))));
        assert!(events.next().await.is_none());
    });
    server.join();
}

#[test]
fn the_connection_ends_with_its_last_handle() {
    let server = Scripted::serve(|peer| {
        peer.greet().wait_for_the_end();
    });
    block_on(async {
        let qmp = connect(&server, &Options::new()).await;
        let clone = qmp.clone();
        drop(qmp);
        let events = clone.events();
        drop(clone);
        drop(events);
        tokio::task::yield_now().await;
    });
    server.join();
}

#[test]
fn the_nearest_types_are_chosen_if_allowed() {
    use qmp_bindings::blocking::AnyQmp;
    use qmp_bindings::blocking::transport::Socket;

    let open = |version: &'static str, options: Options| {
        let server = Scripted::serve(move |peer| {
            let (major, minor) = version.split_once('.').expect("two numbers");
            let greeting = GREETING
                .replace("\"minor\": 0", &format!("\"minor\": {minor}"))
                .replace("\"major\": 10", &format!("\"major\": {major}"));
            peer.line(&greeting).returns("{}");
        });
        let stream = std::os::unix::net::UnixStream::connect(server.path()).unwrap();
        AnyQmp::open(Socket::from(stream), &options)
    };
    let error = open("8.1", Options::new()).unwrap_err();
    let message = error.to_string();
    assert!(
        message
            .starts_with("the server is QEMU 8.1.2 and the types are of 2.5, 2.11, 5.2, 7.2, 10.0"),
        "{message}"
    );
    let range = Series::new(7, 2)..=Series::new(10, 0);
    let found = open("8.1", Options::new().releases(range.clone())).unwrap();
    assert!(matches!(found, AnyQmp::V7_2(_)), "{found:?}");
    assert!(open("10.1", Options::new().releases(range)).is_err());
    let found = open("10.1", Options::new().any_release()).unwrap();
    assert!(matches!(found, AnyQmp::V10_0(_)), "{found:?}");
    let found = open("2.0", Options::new().any_release()).unwrap();
    assert!(matches!(found, AnyQmp::V2_5(_)), "{found:?}");
}

#[test]
fn types_are_chosen_after_the_greeting() {
    use qmp_bindings::{Untyped, blocking, v7_2};

    let server = Scripted::serve(|peer| {
        peer.greet().line(STOP).returns("{}");
    });
    let qmp = blocking::Qmp::<Untyped>::connect_unix(server.path()).unwrap();
    assert_eq!(qmp.greeting().version.series(), Series::new(10, 0));
    let mut qmp = qmp.into_release::<Release>().unwrap();
    qmp.execute(Stop {}).unwrap();
    // An event from before the choice has a type, too.
    let event = qmp.next_event(None).unwrap().map(|timed| timed.event);
    assert!(matches!(event, Some(Event::Stop(_))), "{event:?}");

    let server = Scripted::serve(|peer| {
        peer.greet();
    });
    let qmp = blocking::Qmp::<Untyped>::connect_unix(server.path()).unwrap();
    let error = qmp.into_release::<v7_2::Release>().unwrap_err();
    assert!(matches!(error, Error::WrongRelease(_)), "{error}");
}
