//! Block backends that no device uses. Releases that create one with each named
//! node list them in the reply to `query-block`, later ones list the node alone.

use crate::json::JsonValue;
use crate::traffic::migrate::NodeNames;
use crate::version::Series;

/// The command whose reply lists block backends.
pub const COMMAND: &str = "query-block";

/// The request for the nodes.
pub const FOLLOW_UP: &str = "{\"execute\": \"query-named-block-nodes\"}\r\n";

/// The first series in which a named node has no backend.
pub const WITHOUT_BACKENDS: Series = Series::new(2, 8);

/// Returns whether the reply lacks a node of a client.
pub fn lacks_nodes(message: &JsonValue<'_>, nodes: &NodeNames) -> bool {
    let listed = listed_nodes(message);
    let mut names = nodes.backends();
    names.any(|(_, node)| !listed.contains(&node))
}

/// Adds the nodes that the reply lacks, as backends without a device.
pub fn add(
    message: &JsonValue<'static>,
    named_nodes: Option<&JsonValue<'_>>,
    nodes: &NodeNames,
) -> JsonValue<'static> {
    let mut new = message.clone();
    let listed = listed_nodes(message);
    let named_nodes = named_nodes.and_then(JsonValue::elements);
    let named_nodes = named_nodes.unwrap_or_default();
    let unlisted = nodes.backends().filter(|(_, node)| !listed.contains(node));
    let backends = unlisted.filter_map(|(backend, node)| {
        let mut infos = named_nodes.iter();
        let info = infos.find(|info| node_name(info) == Some(node))?;
        Some(JsonValue::object([
            ("device", JsonValue::string(backend.to_owned())),
            ("locked", JsonValue::Bool(false)),
            ("removable", JsonValue::Bool(true)),
            ("inserted", info.clone().into_owned()),
            ("type", JsonValue::string("unknown")),
        ]))
    });
    let backends: Vec<JsonValue<'static>> = backends.collect();
    if let Some(JsonValue::Array(elements)) = new.get_mut("return") {
        elements.extend(backends);
    }
    new
}

/// The names of the nodes in a reply.
fn listed_nodes<'m>(message: &'m JsonValue<'_>) -> Vec<&'m str> {
    let elements = message.get("return").and_then(JsonValue::elements);
    let elements = elements.unwrap_or_default().iter();
    elements
        .filter_map(|element| node_name(element.get("inserted")?))
        .collect()
}

fn node_name<'v>(node: &'v JsonValue<'_>) -> Option<&'v str> {
    node.get("node-name")?.as_str()
}
