//! The part of the WebDriver protocol that the visits need.
//!
//! A session blocks: a visit does one thing after another. What a driver refuses is an
//! error with the command and the driver's message.

use libtest_mimic::Failed;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// The member of a reference to an element, as the standard names it.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// The seconds after which a driver that does not answer is given up.
const TIMEOUT: u64 = 120;

/// A session of a browser.
pub struct Session {
    address: String,
}

/// An element of the page that was open when it was found.
pub struct Element<'s> {
    session: &'s Session,
    id: String,
}

impl Session {
    /// Opens a session at the address of a driver.
    pub fn open(driver: &str, capabilities: &Value) -> Result<Session, Failed> {
        let capabilities = json!({ "capabilities": { "alwaysMatch": capabilities } });
        let address = format!("{driver}/session");
        let opened = call(minreq::post(&address), Some(&capabilities), &address)?;
        let id = opened["sessionId"].as_str().ok_or("no session id")?;
        Ok(Session {
            address: format!("{address}/{id}"),
        })
    }

    /// Ends the session and its browser.
    pub fn quit(&self) -> Result<(), Failed> {
        call(minreq::delete(&self.address), None, "quit").map(drop)
    }

    /// Opens a page.
    pub fn goto(&self, address: &str) -> Result<(), Failed> {
        self.post("url", &json!({ "url": address })).map(drop)
    }

    /// Loads the page again.
    pub fn refresh(&self) -> Result<(), Failed> {
        self.post("refresh", &json!({})).map(drop)
    }

    /// The address of the page.
    pub fn current_address(&self) -> Result<String, Failed> {
        text(self.get("url")?)
    }

    /// The title of the page.
    pub fn title(&self) -> Result<String, Failed> {
        text(self.get("title")?)
    }

    /// The first element that a CSS selector matches.
    pub fn find(&self, selector: &str) -> Result<Element<'_>, Failed> {
        self.element(&self.post("element", &css(selector))?)
    }

    /// The elements that a CSS selector matches.
    pub fn find_all(&self, selector: &str) -> Result<Vec<Element<'_>>, Failed> {
        let found = self.post("elements", &css(selector))?;
        let found = found.as_array().ok_or("no list of elements")?;
        found
            .iter()
            .map(|reference| self.element(reference))
            .collect()
    }

    /// Runs a script, and returns what it returns.
    pub fn execute<T: DeserializeOwned>(&self, script: &str) -> Result<T, Failed> {
        let script = json!({ "script": script, "args": [] });
        Ok(serde_json::from_value(self.post("execute/sync", &script)?)?)
    }

    /// Runs a script, and returns what it passes to its last argument.
    pub fn execute_async<T: DeserializeOwned>(&self, script: &str) -> Result<T, Failed> {
        let script = json!({ "script": script, "args": [] });
        Ok(serde_json::from_value(
            self.post("execute/async", &script)?,
        )?)
    }

    /// Sends a command of the session.
    pub fn post(&self, command: &str, arguments: &Value) -> Result<Value, Failed> {
        let request = minreq::post(format!("{}/{command}", self.address));
        call(request, Some(arguments), command)
    }

    fn get(&self, command: &str) -> Result<Value, Failed> {
        let request = minreq::get(format!("{}/{command}", self.address));
        call(request, None, command)
    }

    fn element(&self, reference: &Value) -> Result<Element<'_>, Failed> {
        let id = reference[ELEMENT].as_str().ok_or("no element")?;
        Ok(Element {
            session: self,
            id: id.to_owned(),
        })
    }
}

impl Element<'_> {
    /// Clicks on the element.
    pub fn click(&self) -> Result<(), Failed> {
        self.post("click", &json!({}))
    }

    /// Types text into the element.
    pub fn send_keys(&self, text: &str) -> Result<(), Failed> {
        self.post("value", &json!({ "text": text }))
    }

    /// The text of the element that is visible.
    pub fn text(&self) -> Result<String, Failed> {
        text(self.get("text")?)
    }

    /// An attribute as it is written in the page.
    pub fn attribute(&self, name: &str) -> Result<Option<String>, Failed> {
        let value = self.get(&format!("attribute/{name}"))?;
        Ok(value.as_str().map(str::to_owned))
    }

    /// Returns whether the element is displayed.
    pub fn is_displayed(&self) -> Result<bool, Failed> {
        Ok(serde_json::from_value(self.get("displayed")?)?)
    }

    fn post(&self, command: &str, arguments: &Value) -> Result<(), Failed> {
        let command = format!("element/{}/{command}", self.id);
        self.session.post(&command, arguments).map(drop)
    }

    fn get(&self, command: &str) -> Result<Value, Failed> {
        self.session.get(&format!("element/{}/{command}", self.id))
    }
}

fn css(selector: &str) -> Value {
    json!({ "using": "css selector", "value": selector })
}

fn text(value: Value) -> Result<String, Failed> {
    Ok(serde_json::from_value(value)?)
}

/// Sends a request, and returns the value of the reply.
fn call(
    request: minreq::Request,
    arguments: Option<&Value>,
    command: &str,
) -> Result<Value, Failed> {
    let request = request.with_timeout(TIMEOUT);
    let request = match arguments {
        Some(arguments) => request.with_json(arguments)?,
        None => request,
    };
    let response = request.send()?;
    let mut reply: Value = response.json()?;
    match response.status_code {
        200 => Ok(reply["value"].take()),
        _ => Err(format!("{command}: {}", reply["value"]["message"]).into()),
    }
}
