//! The document of the interfaces: it names every route, and a client that reads it and asks at random meets no answer
//! that it does not name.

use std::collections::BTreeMap;

use actix_web::http::{Method, header};
use actix_web::test::TestRequest;
use jicai::web::{Allowed, ROUTES};
use serde_json::{Map, Value, json};

use super::token;
use crate::chain::signed;
use crate::standards::{consumer, dice, json as read};
use crate::support::Site;

#[actix_web::test]
async fn every_route_for_programs_is_in_the_document_with_its_scope() {
    let site = Site::new();
    let document = read(site.get("", "/api/openapi.json").await.is(200));
    let mut routes = 0;
    for route in ROUTES.iter().filter(|it| it.path.starts_with("/api/")) {
        let operation = &document["paths"][route.path][route.method.to_lowercase()];
        assert!(operation.is_object(), "{} {} is not in the document", route.method, route.path);
        let scopes = match route.allowed {
            Allowed::Token(scope) => json!([{ "token": [scope.as_str()] }]),
            _ => Value::Null,
        };
        assert_eq!(operation["security"], scopes, "{} {}", route.method, route.path);
        routes += 1;
    }
    let described: usize =
        document["paths"].as_object().unwrap().values().map(|it| it.as_object().unwrap().len()).sum();
    assert_eq!(described, routes);
    // Every schema that is named is there.
    let text = document.to_string();
    let known = document["components"]["schemas"].as_object().unwrap();
    for name in text.split("#/components/schemas/").skip(1).map(|it| it.split('"').next().unwrap()) {
        assert!(known.contains_key(name), "no schema {name}");
    }
    assert!(
        known["Standard"]["properties"]["arithmetic"]["description"].is_string(),
        "{}",
        known["Standard"]
    );
}

/// Text that is right somewhere and wrong elsewhere.
const TEXTS: &[&str] = &[
    "",
    "0",
    "1",
    "-1",
    "2",
    "1.5",
    "0.20",
    "999999999999999999",
    "1e9",
    "true",
    "null",
    "2027-01-01",
    "2027-13-41",
    "XJ01CAA040E001010101",
    "H33070200001",
    "康恩阿莫西林",
    "'=1+1",
    "a\tb",
    "\u{1f3e5}",
    "%00",
    "甲\"乙,丙",
    "P1",
];

struct Client {
    document: Value,
    dice: u64,
    /// Tokens by scope.
    tokens: BTreeMap<&'static str, String>,
}

impl Client {
    fn roll(&mut self, sides: u64) -> u64 {
        dice(&mut self.dice) % sides
    }

    fn text(&mut self) -> String {
        let at = self.roll(TEXTS.len() as u64 + 1) as usize;
        TEXTS.get(at).map_or_else(|| "长".repeat(3_000), |text| (*text).to_owned())
    }

    fn schema<'a>(&'a self, schema: &'a Value) -> &'a Value {
        match schema["$ref"].as_str() {
            Some(name) => &self.document["components"]["schemas"][name.rsplit('/').next().unwrap()],
            None => schema,
        }
    }

    /// A value as the schema wants it, and one time in four another.
    fn value(&mut self, schema: &Value) -> Value {
        if self.roll(4) == 0 {
            return match self.roll(4) {
                0 => Value::Null,
                1 => json!({ "a": [1.5] }),
                2 => json!(-7),
                _ => json!(self.text()),
            };
        }
        let schema = self.schema(schema).clone();
        match schema["type"].as_str() {
            Some("integer") => {
                let least = schema["minimum"].as_i64().unwrap_or(0);
                json!(least + self.roll(20) as i64)
            }
            Some("array") => {
                let count = self.roll(4);
                Value::Array((0..count).map(|_| self.value(&schema["items"])).collect())
            }
            Some("object") => {
                let mut object = Map::new();
                for (name, property) in schema["properties"].as_object().into_iter().flatten() {
                    let is_needed = schema["required"].as_array().is_some_and(|it| it.contains(&json!(name)));
                    if is_needed || self.roll(2) == 0 {
                        let value = self.value(property);
                        object.insert(name.clone(), value);
                    }
                }
                Value::Object(object)
            }
            _ if schema["format"] == "date" => json!("2027-01-01"),
            _ => match schema["enum"].as_array() {
                Some(words) => words[self.roll(words.len() as u64) as usize].clone(),
                None => json!(self.text()),
            },
        }
    }

    fn plain(&mut self, schema: &Value) -> String {
        match self.value(schema) {
            Value::String(text) => text,
            other => other.to_string(),
        }
    }

    /// A body in one of the forms the document names, or none of them.
    fn body(&mut self, body: &Value) -> Vec<u8> {
        let forms = body["content"].as_object().unwrap().clone();
        let objects =
            forms.iter().find(|(media, _)| media.contains("json")).map(|(_, it)| it["schema"].clone());
        match (self.roll(8), objects) {
            (0, _) => Vec::new(),
            (1, _) => b"\xff\xfe\x00garbage\"".to_vec(),
            (2, _) => b"PK\x03\x04 no workbook".to_vec(),
            (n, Some(schema)) if n < 6 && forms.contains_key("application/json") => {
                self.value(&schema).to_string().into_bytes()
            }
            (n, Some(schema)) if n < 6 => {
                let count = self.roll(5);
                (0..count).map(|_| format!("{}\n", self.value(&schema))).collect::<String>().into_bytes()
            }
            (_, schema) => {
                // A table under the names of the fields, or those of the description.
                let names: Vec<String> = match schema {
                    Some(schema) => {
                        let lines = &schema["properties"]["lines"]["items"]["properties"];
                        let all = if lines.is_object() { lines } else { &schema["properties"] };
                        all.as_object().unwrap().keys().cloned().collect()
                    }
                    None => {
                        let said = body["description"].as_str().unwrap();
                        let (_, rest) = said.split_once("the header ").unwrap();
                        rest.split(' ').next().unwrap().split(',').map(str::to_owned).collect()
                    }
                };
                let mut text = names.join(",") + "\n";
                for _ in 0..self.roll(4) {
                    let cells: Vec<String> =
                        names.iter().map(|_| self.text().replace(['"', ','], "")).collect();
                    text += &(cells.join(",") + "\n");
                }
                text.into_bytes()
            }
        }
    }

    fn request(&mut self, method: &str, path: &str, operation: &Value) -> TestRequest {
        let (mut address, mut query, mut headers) = (path.to_owned(), Vec::new(), Vec::new());
        for it in operation["parameters"].as_array().cloned().unwrap_or_default() {
            let name = it["name"].as_str().unwrap().to_owned();
            let value = self.plain(&it["schema"]);
            let is_needed = it["required"] == true;
            match it["in"].as_str().unwrap() {
                "path" => {
                    let value = if value.is_empty() { "0".to_owned() } else { value };
                    address = address.replace(&format!("{{{name}}}"), &percent(&value));
                }
                "header" if self.roll(8) > 0 && value.bytes().all(|b| b.is_ascii_graphic()) => {
                    headers.push((name, value))
                }
                "query" if is_needed || self.roll(2) == 0 => {
                    query.push(format!("{name}={}", percent(&value)))
                }
                _ => {}
            }
        }
        if self.roll(12) == 0 {
            query.push("strange=1".to_owned());
        }
        if !query.is_empty() {
            address += &format!("?{}", query.join("&"));
        }
        let mut request =
            TestRequest::default().method(Method::from_bytes(method.to_uppercase().as_bytes()).unwrap());
        request = request.uri(&address);
        for header in headers {
            request = request.insert_header(header);
        }
        let scope = operation["security"][0]["token"][0].as_str().map(str::to_owned);
        let token = match (self.roll(12), scope) {
            (0, _) => None,
            (1, _) => Some("nonsense".to_owned()),
            (2, _) => self.tokens.get("transactions").cloned(),
            (_, Some(scope)) => Some(self.tokens[scope.as_str()].clone()),
            (_, None) => None,
        };
        if let Some(token) = token {
            request = request.insert_header((header::AUTHORIZATION, format!("Bearer {token}")));
        }
        if self.roll(20) == 0 {
            request = request.insert_header((header::CONTENT_ENCODING, "gzip"));
        }
        match &operation["requestBody"] {
            Value::Null => request,
            body => request.set_payload(self.body(body)),
        }
    }
}

fn percent(text: &str) -> String {
    text.bytes()
        .map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") })
        .collect()
}

/// Requests to each operation.
const EACH: usize = 30;

#[actix_web::test]
async fn a_client_that_asks_at_random_meets_only_what_the_document_names() {
    let (site, ..) = signed();
    consumer(&site, "feed-token");
    let hospital = site.who("hospital1").organisation.id.to_string();
    let scopes = ["transactions", "listings", "contracts", "orders", "receipts"];
    let (_, program) = token(&site, "HIS", &scopes, &[("hospital", &hospital)]).await;
    let feed = ["standards", "acknowledge", "price_check"].map(|it| (it, "feed-token".to_owned()));
    let tokens = scopes.iter().map(|it| (*it, program.clone())).chain(feed).collect();
    let document = read(site.get("", "/api/openapi.json").await.is(200));
    let mut client = Client { document: document.clone(), dice: 20_261_127, tokens };
    let mut met: BTreeMap<String, usize> = BTreeMap::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            for n in 0..EACH {
                let request = client.request(method, path, operation);
                let answer = site.send("", request).await;
                let (status, media) = (answer.status.as_u16(), answer.headers.get(header::CONTENT_TYPE));
                let media = media.map(|it| it.to_str().unwrap().split(';').next().unwrap()).unwrap_or("none");
                let said = format!("{method} {path} #{n}: {status} {media}\n{}", answer.body);
                assert!(status < 500, "{said}");
                let named = &operation["responses"][status.to_string()];
                assert!(named.is_object(), "not named: {said}");
                assert!(named["content"][media].is_object(), "another media type: {said}");
                if media == "application/json" {
                    let body: Value =
                        serde_json::from_slice(&answer.bytes).unwrap_or_else(|e| panic!("{e}: {said}"));
                    let schema = client.schema(&named["content"][media]["schema"]);
                    for needed in schema["required"].as_array().into_iter().flatten() {
                        assert!(!body[needed.as_str().unwrap()].is_null(), "without {needed}: {said}");
                    }
                }
                *met.entry(format!("{status}")).or_default() += 1;
            }
        }
    }
    for status in ["200", "400", "401", "403", "404", "415", "422"] {
        assert!(met.contains_key(status), "{status} was never met: {met:?}");
    }
}
