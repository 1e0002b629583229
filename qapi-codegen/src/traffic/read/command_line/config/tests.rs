use std::io;

use super::super::NewWord;
use crate::traffic::read::{LogContent, read};

const FILE: &str = "# guest\n[machine]\n  type = \"pc\"  # a\n\n[drive \"d\"]\n  file = \"/a,b\"\n  if = \"none\"\n\n[device]\n  driver = \"virtio-blk-pci\"\n";

fn find(text: &str, edit: &dyn Fn(&mut Vec<NewWord>)) -> (Vec<String>, String) {
    let (mut words, mut new) = (Vec::new(), String::new());
    read(&mut text.as_bytes(), &|_| false, &mut |entry| {
        let LogContent::CommandLine(line) = &entry.content else {
            new += std::str::from_utf8(entry.bytes).unwrap_or_default();
            return Ok::<(), io::Error>(());
        };
        words.extend(line.arguments().iter().map(|word| word.value().to_owned()));
        let own = line.arguments().iter().enumerate();
        let mut own: Vec<NewWord> = own.map(|(at, word)| NewWord::kept(at, word)).collect();
        edit(&mut own);
        new += &line.with_words(&own).unwrap_or_else(|| "?".to_owned());
        Ok(())
    })
    .expect("reading from memory cannot fail");
    (words, new)
}

#[test]
fn sections_are_options() {
    let (words, new) = find(FILE, &|_| {});
    let expected = [
        "-machine",
        "type=pc",
        "-drive",
        "id=d,file=/a,,b,if=none",
        "-device",
        "driver=virtio-blk-pci",
    ];
    assert_eq!(words, expected);
    assert_eq!(new, FILE);
}

#[test]
fn other_files_have_no_options() {
    for text in [
        "[net]\nretry = \"2\"\n",
        "[machine]\nname = \"a\"\n",
        "[section \"a\"]\nkey = \"b\"\n",
        "[device]\nkey = 1\n",
        "[1, 2]\n",
        " [device \"a\"]\nkey = \"b\"\n",
    ] {
        assert!(find(text, &|_| {}).0.is_empty(), "{text}");
    }
}

#[test]
fn a_document_may_follow() {
    let text = "cat <<EOF\n[device \"x\"]\n  driver = \"edu\"\nEOF\necho = \"a\"\n";
    let (words, new) = find(text, &|_| {});
    assert_eq!(words, ["-device", "id=x,driver=edu"]);
    assert_eq!(new, text);
}

#[test]
fn lines_that_stay_keep_their_bytes() {
    let (_, new) = find(FILE, &|words| {
        words[1].value = "type=q35,hpet=off".to_owned();
        words[3].value = "id=d,if=none".to_owned();
        words.drain(4..6);
        let word = |value: &str| NewWord {
            origin: None,
            place: None,
            value: value.to_owned(),
        };
        words.extend([word("-smp"), word("cpus=2")]);
    });
    let expected = "# guest\n[machine]\n  type = \"q35\"  # a\n  hpet = \"off\"\n\n[drive \"d\"]\n  if = \"none\"\n\n[smp-opts]\n  cpus = \"2\"\n";
    assert_eq!(new, expected);
}

#[test]
fn what_a_file_cannot_express_is_refused() {
    for value in ["type=\"a\"", ""] {
        let (_, new) = find(FILE, &|words| words[3].value = value.to_owned());
        assert!(new.contains('?'), "{new}");
    }
}
