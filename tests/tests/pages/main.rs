//! The pages that people look at, in a browser.
//!
//! Needs `chromedriver` and Chromium; without them the tests are reported as
//! ignored, unless `QMP_REQUIRE_BROWSER` is 1.

mod browser;
mod report;
mod site;
mod webdriver;

use libtest_mimic::{Arguments, Trial};

fn main() {
    let arguments = Arguments::from_args();
    let ignored = browser::is_ignored();
    let trials = vec![
        Trial::test("report", report::page).with_ignored_flag(ignored),
        Trial::test("site", site::pages).with_ignored_flag(ignored),
        Trial::test("site_without_checker", site::pages_without_checker).with_ignored_flag(ignored),
    ];
    libtest_mimic::run(&arguments, trials).exit();
}
