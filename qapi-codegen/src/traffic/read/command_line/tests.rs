use std::io;

use super::super::{LogContent, read};
use super::*;

/// The command lines of a text: their positions and words.
fn find(text: &str) -> Vec<(u64, u64, Vec<String>)> {
    let mut found = Vec::new();
    let mut copy = Vec::new();
    read(&mut text.as_bytes(), &|_| false, &mut |entry| {
        copy.extend_from_slice(entry.bytes);
        if let LogContent::CommandLine(line) = &entry.content {
            let words = line.arguments().iter();
            let words = words.map(|word| word.value().to_owned()).collect();
            found.push((line.position.line, line.position.column, words));
        }
        Ok::<(), io::Error>(())
    })
    .expect("reading from memory cannot fail");
    assert_eq!(copy, text.as_bytes());
    found
}

#[test]
fn command_lines_are_found_in_scripts_logs_and_programs() {
    let words = |words: &[&str]| {
        words
            .iter()
            .map(|&word| word.to_owned())
            .collect::<Vec<_>>()
    };
    for (text, line, column) in [
        ("sudo qemu-system-x86_64 -m 1G\n", 1, 6),
        (
            "#!/bin/sh\nexec \\\n  /usr/bin/qemu-system-x86_64 \\\n -m 1G \\\n\n",
            3,
            3,
        ),
        ("PATH=/bin \\\n/usr/libexec/qemu-kvm -m '1G'\n", 2, 1),
        ("/usr/bin/kvm\0-m\x001G\0", 1, 1),
        ("kvm\0-m\x001G\0", 1, 1),
        ("ExecStart=/usr/bin/qemu-system-aarch64 -m 1G\n", 1, 11),
        ("run([\"qemu-system-x86_64\",\n \"-m\",\n \"1G\"])\n", 1, 6),
        (
            "exec.Command(\"/usr/bin/qemu-system-x86_64\", \"-m\", \"1G\")\n",
            1,
            14,
        ),
        ("Run `qemu-system-x86_64 -m 1G` and wait.\n", 1, 6),
        ("See ``qemu-system-x86_64 -m\n1G`` or\n", 1, 7),
        ("log := `\nqemu-kvm \\\n-m \\\n1G`\n\nother := `\n`\n", 2, 1),
        ("sh -c \"sudo qemu-system-x86_64 -m 1G\" && x\n", 1, 13),
        ("\"$Q/qemu-system-x86_64\" -m 1G > log 2>&1 &\n", 1, 1),
        (
            "level=info msg=\"launching /usr/bin/qemu-system-x86_64 with: [-m 1G]\" id=[a\n",
            1,
            27,
        ),
    ] {
        assert_eq!(find(text), [(line, column, words(&["-m", "1G"]))], "{text}");
    }
}

#[test]
fn other_text_is_not_a_command_line() {
    for text in [
        "apt install qemu-system-x86\n",
        "qemu-system-x86_64: -device x: not found\n",
        "qemu-system-x86_64 [options] [disk]\n",
        "qemu-system-x86_64 -nographic is what you want to run there\n",
        "ls /dev/kvm /sys/module/kvm\n",
        "QEMU=qemu-system-x86_64\n",
        "'qemu-system-x86_64'\n",
        "# qemu-system-x86_64 -m 1G\n",
        "[\"qemu-system-x86_64\", \"-m\"",
        "qemu-system-x86_64 \\\n",
        "``qemu-system-x86_64 -m\n\n1G``\n",
    ] {
        assert_eq!(find(text), [], "{text}");
    }
}

/// Replaces the value of one word, and appends two words.
fn rewrite(text: &str, index: usize, value: &str) -> String {
    let mut new = String::new();
    read(&mut text.as_bytes(), &|_| false, &mut |entry| {
        let LogContent::CommandLine(line) = &entry.content else {
            new += std::str::from_utf8(entry.bytes).unwrap_or_default();
            return Ok::<(), io::Error>(());
        };
        let words = line.arguments().iter().enumerate();
        let mut words: Vec<NewWord> = words.map(|(at, word)| NewWord::kept(at, word)).collect();
        words[index].value = value.to_owned();
        let place = Some(0);
        words.extend([
            NewWord {
                origin: None,
                place,
                value: "-x".to_owned(),
            },
            NewWord {
                origin: None,
                place: None,
                value: "y,z".to_owned(),
            },
        ]);
        new += &line.with_words(&words).unwrap_or_else(|| "?".to_owned());
        Ok(())
    })
    .expect("reading from memory cannot fail");
    new
}

#[test]
fn a_new_command_line_keeps_quotes_and_lines() {
    for (text, value, expected) in [
        (
            "qemu-kvm -n \\\n  -d \"a=$B,c=d\" \\\n  -e\n",
            "a=$B,c=e",
            "qemu-kvm -n \\\n  -d \"a=$B,c=e\" \\\n  -e -x y,z\n",
        ),
        (
            "qemu-kvm  -n -d 'a b'",
            "a c d",
            "qemu-kvm  -n -d 'a c d'  -x y,z",
        ),
        ("qemu-kvm -n -d a", "a b", "qemu-kvm -n -d a' b' -x y,z"),
        (
            "/bin/kvm\0-n\0-d\0a\0",
            "a b",
            "/bin/kvm\0-n\0-d\0a b\0-x\0y,z\0",
        ),
        (
            "(\"qemu-kvm\", '-n', '-d', \"a\")",
            "a b",
            "(\"qemu-kvm\", '-n', '-d', \"a b\", \"-x\", \"y,z\")",
        ),
        ("qemu-kvm -n -d \"a=$B\"", "b=C", "?"),
        ("qemu-kvm -n -d \"a\"", "a$", "?"),
        ("qemu-kvm -n -d {\"a\":1}", "{\"a\":2}", "?"),
    ] {
        assert_eq!(rewrite(text, 2, value), expected, "{text}");
    }
}

#[test]
fn values_with_spaces_are_found_in_brackets() {
    let text = "launching qemu-system-x86_64 with: [-append a=1 b -m 1G -no-hpet]\n";
    let found = find(text);
    let [(_, _, words)] = &found[..] else {
        panic!("{found:?}");
    };
    assert_eq!(words[..], ["-append", "a=1 b", "-m", "1G", "-no-hpet"]);
}

#[test]
fn messages_in_quotes_escape_quotes() {
    let text = r#"level=info msg="launching /opt/kata/bin/qemu-system-x86_64-snp-experimental with: [-name sandbox-1 -device {\"driver\":\"edu\"} -append a=[1] b -m 1G]" source=virtcontainers x=[]"#;
    let found = find(&format!("{text}\n"));
    let [(_, _, words)] = &found[..] else {
        panic!("{found:?}");
    };
    let expected = [
        "-name",
        "sandbox-1",
        "-device",
        r#"{"driver":"edu"}"#,
        "-append",
        "a=[1] b",
        "-m",
        "1G",
    ];
    assert_eq!(words[..], expected);
}

#[test]
fn commands_that_failed_end_before_the_reason() {
    for text in [
        "Error: Failed to run: forklimits limit=memlock:unlimited:unlimited fd=3 -- /opt/incus/bin/qemu-system-x86_64 -S -name v -spice unix=on,addr=s -chroot /a b -m 1G: : exit status 1\n",
        "err=\"Failed to run: qemu-system-x86_64 -S -name v -spice unix=on,addr=s -chroot /a b -m 1G: exit status 1 (x: y)\"\n",
        "Failed to run: /snap/lxd/current/bin/qemu-system-x86_64 -S -name v -spice unix=on,addr=s -chroot /a b -m 1G: char device: not found\n",
        "Failed to run: qemu-system-x86_64 -S -name v -spice unix=on,addr=s -chroot /a b -m 1G:\n",
    ] {
        let found = find(text);
        let [(_, _, words)] = &found[..] else {
            panic!("{text}: {found:?}");
        };
        let expected = [
            "-S",
            "-name",
            "v",
            "-spice",
            "unix=on,addr=s",
            "-chroot",
            "/a b",
            "-m",
            "1G",
        ];
        assert_eq!(words[..], expected, "{text}");
    }
}

#[test]
fn processes_are_listed_without_quotes() {
    let text = "7 ?  Sl /usr/bin/qemu-kvm -object {\"id\":\"a b\",\"c\":[{}]} -drive file=json:{\"d\":1} -m {}\n";
    let found = find(text);
    let [(_, _, words)] = &found[..] else {
        panic!("{found:?}");
    };
    let expected = [
        "-object",
        r#"{"id":"a b","c":[{}]}"#,
        "-drive",
        r#"file=json:{"d":1}"#,
        "-m",
        "{}",
    ];
    assert_eq!(words[..], expected);
}

#[test]
fn options_after_the_value_of_a_variable_may_be_those_of_another_program() {
    for (text, expected) in [
        ("make check QEMU=./qemu-system-x86_64 -j4\n", true),
        ("ExecStart=/usr/bin/qemu-system-x86_64 -j4\n", false),
        ("QEMU=\"qemu-system-x86_64 -j4\"\n", false),
        ("A=1 qemu-system-x86_64 -j4\n", false),
        ("cp qemu-system-x86_64 -j4\n", true),
    ] {
        let mut found = Vec::new();
        read(&mut text.as_bytes(), &|_| false, &mut |entry| {
            if let LogContent::CommandLine(line) = &entry.content {
                found.push(line.is_argument);
            }
            Ok::<(), io::Error>(())
        })
        .expect("reading from memory cannot fail");
        assert_eq!(found, [expected], "{text}");
    }
}
