//! What each operation takes and answers.

use utoipa::openapi::schema::ObjectBuilder;
use utoipa::openapi::{RefOr, Required, Schema};

use super::{
    CSV, JSON, LINES, Operation, Said, XLSX, body, day, error, fields, key, lines_of, named, no, query,
    schema, table, text, whole,
};
use crate::prices::{ingest, listings};
use crate::standards::feed::{self, check, compare};
use crate::supply::orders::requests;
use crate::supply::receipts;
use crate::web::Route;
use crate::web::api::{
    contracts, feed as acknowledgements, full, key as signing_key, orders, receipts as received,
};
use crate::web::ingest::api as files;

/// What the document begins with.
pub(super) const INTRODUCTION: &str = "Volume-based procurement: payment standards for settlement systems, and \
    interchange with hospital systems. Texts are UTF-8, days `YYYY-MM-DD` in Asia/Shanghai, prices and amounts decimal \
    strings in yuan, never rounded but where a field says so. Bodies are never compressed. Answers of the feed carry \
    `Content-Digest` (RFC 9530: SHA-256 of the content) and a detached Ed25519 signature (RFC 9421) in \
    `Signature-Input` and `Signature`, whose public key is at /api/signing-key. The signed text is three lines with a \
    line feed between them and none at the end: `\"content-digest\": VALUE`, `\"x-last-seq\": VALUE` with the values \
    of these headers, and `\"@signature-params\": PARAMS`, PARAMS being what stands in `Signature-Input` behind \
    `jicai=`.";

/// Headers of a signed answer.
const SIGNED: &[&str] = &["Content-Digest", "Signature-Input", "Signature", "X-Last-Seq"];
/// Headers of a signed part of the feed.
const PART: &[&str] = &["Content-Digest", "Signature-Input", "Signature", "X-Last-Seq", "X-More"];
/// The header that says an answer was stored.
const STORED: &[&str] = &["Idempotency-Replayed"];

/// Every schema that is named.
pub(super) fn schemas() -> Vec<(String, RefOr<Schema>)> {
    let mut list = Vec::new();
    error(&mut list);
    schema::<feed::Batch>(&mut list);
    schema::<feed::Item>(&mut list);
    schema::<full::Snapshot>(&mut list);
    schema::<acknowledgements::Acknowledged>(&mut list);
    schema::<check::Answer>(&mut list);
    schema::<signing_key::Key>(&mut list);
    schema::<files::FileState>(&mut list);
    schema::<contracts::Contracts>(&mut list);
    schema::<orders::Placed>(&mut list);
    schema::<received::Received>(&mut list);
    list
}

/// What is said of a route; a route without it is missing in the document, which a test tells.
pub(super) fn of(route: &Route) -> Option<Operation> {
    let plain = |id, means, answer| Operation {
        id,
        means,
        parameters: Vec::new(),
        body: None,
        answers: vec![answer],
        errors: &[],
    };
    Some(match (route.method, route.path) {
        ("GET", "/api/openapi.json") => plain(
            "document",
            "This document.",
            Said::new(200, "The document.", vec![(JSON, ObjectBuilder::new().into())]),
        ),
        ("GET", "/api/signing-key") => plain(
            "signingKey",
            "The public key of the feed's signatures.",
            Said::new(200, "The key.", vec![(JSON, named::<signing_key::Key>())]),
        ),
        ("GET", "/api/standards") => delta("standards", (JSON, named::<feed::Batch>())),
        ("GET", "/api/standards.csv") => delta("standardsCsv", (CSV, table())),
        ("GET", "/api/standards/full") => snapshot("allStandards", (JSON, named::<full::Snapshot>())),
        ("GET", "/api/standards/full.csv") => snapshot("allStandardsCsv", (CSV, table())),
        ("POST", "/api/standards/ack") => acknowledgement(),
        ("POST", "/api/standards/compare") => comparison(),
        ("POST", "/api/price-check") => price_check(),
        ("POST", "/api/transactions") => {
            file("sendTransactions", "Sends purchases.", ingest::import::COLUMNS)
        }
        ("POST", "/api/listings") => file("sendListings", "Sends listing prices.", listings::import::COLUMNS),
        ("GET", "/api/transactions/{no}") => progress("transactionsFile"),
        ("GET", "/api/listings/{no}") => progress("listingsFile"),
        ("GET", "/api/contracts") => Operation {
            id: "contracts",
            means: "The hospital's own contracts by number; `next` leads on.",
            parameters: vec![
                query("after", "Only contracts behind this number.", text().max_length(Some(200))),
                query("limit", "Most contracts of the answer.", whole(1, 1_000)),
            ],
            body: None,
            answers: vec![Said::new(200, "A page.", vec![(JSON, named::<contracts::Contracts>())])],
            errors: &[],
        },
        ("POST", "/api/orders") => Operation {
            id: "placeOrders",
            means: "Places orders: one for each supplier. Nothing is placed when a line is faulty, unless \
                `without_faulty` is true.",
            parameters: vec![
                key(Required::True),
                query(
                    "without_faulty",
                    "Place the sound lines without the faulty ones.",
                    text().enum_values(Some(["true", "false"])),
                ),
            ],
            body: interchange(requests::import::COLUMNS),
            answers: vec![Said::new(201, "Placed.", vec![(JSON, named::<orders::Placed>())]).with(STORED)],
            errors: &[409, 422],
        },
        ("POST", "/api/receipts") => Operation {
            id: "takeIn",
            means: "Takes lines of delivery notes in, all of them or none.",
            parameters: vec![key(Required::True)],
            body: interchange(receipts::import::COLUMNS),
            answers: vec![
                Said::new(201, "Taken in.", vec![(JSON, named::<received::Received>())]).with(STORED),
            ],
            errors: &[404, 409, 422],
        },
        _ => return None,
    })
}

fn delta(id: &'static str, content: (&'static str, RefOr<Schema>)) -> Operation {
    Operation {
        id,
        means: "Released payment standards after a number, in the order of their numbers, which have no gap. Ask again \
            with `since` = the last number while there are more.",
        parameters: vec![
            query("since", "The last number the consumer has; 0 for all.", whole(0, i64::MAX)),
            query("limit", "Most rows of the answer.", whole(1, feed::MOST)),
        ],
        body: None,
        answers: vec![Said::new(200, "Rows, perhaps none.", vec![content]).with(PART)],
        errors: &[],
    }
}

fn snapshot(id: &'static str, content: (&'static str, RefOr<Schema>)) -> Operation {
    Operation {
        id,
        means: "All payment standards in force on a day or later, without those that another row supersedes. \
            `X-Last-Seq` is the feed's last number when it was made: go on from there with the rows after it.",
        parameters: vec![query("day", "The day; today when it is not given.", day())],
        body: None,
        answers: vec![Said::new(200, "Every such row.", vec![content]).with(SIGNED)],
        errors: &[],
    }
}

fn acknowledgement() -> Operation {
    let given = ObjectBuilder::new().property("seq", whole(0, i64::MAX)).required("seq");
    Operation {
        id: "acknowledge",
        means: "Says up to which number the consumer has taken rows over. It only goes forward.",
        parameters: Vec::new(),
        body: body("The number.", vec![(JSON, given.into())]),
        answers: vec![Said::new(
            200,
            "Written down.",
            vec![(JSON, named::<acknowledgements::Acknowledged>())],
        )],
        errors: &[409],
    }
}

fn comparison() -> Operation {
    let finding = ObjectBuilder::new()
        .property("kind", text().enum_values(Some(["missing", "surplus", "different", "bad", "summary"])))
        .required("kind");
    Operation {
        id: "compare",
        means: "Compares what the consumer holds with the rows up to a number that none of them supersedes. A line is \
            matched by `seq`, or by product, company, spec and first day. One finding a line, the counts last.",
        parameters: vec![
            query("upto", "Up to this number; the last one when it is not given.", whole(0, i64::MAX)),
            query("from", "What ended before this day is not missed, as in a full copy of the day.", day()),
        ],
        body: body("What the consumer holds.", lines(compare::import::COLUMNS)),
        answers: vec![Said::new(200, "Findings, one JSON object a line.", vec![(LINES, finding.into())])],
        errors: &[422],
    }
}

fn price_check() -> Operation {
    Operation {
        id: "checkPrices",
        means: "Answers for each claim line the payment standard, what the fund takes into account and what the patient \
            pays above it. Lines are answered in their order, in the form they came in; a bad line does not stop the rest.",
        parameters: Vec::new(),
        body: body("Claim lines.", lines(check::import::COLUMNS)),
        answers: vec![Said::new(
            200,
            "One answer a line.",
            vec![(LINES, named::<check::Answer>()), (CSV, table())],
        )],
        errors: &[422],
    }
}

fn lines(columns: &[crate::files::read::Column]) -> Vec<(&'static str, RefOr<Schema>)> {
    vec![(LINES, fields(columns).into()), (CSV, table()), (XLSX, table())]
}

fn interchange(columns: &[crate::files::read::Column]) -> Option<utoipa::openapi::request_body::RequestBody> {
    let lines = lines_of(columns).into();
    body("The lines.", vec![(JSON, lines), (CSV, table()), (XLSX, table())])
}

fn file(id: &'static str, means: &'static str, columns: &[crate::files::read::Column]) -> Operation {
    let header: Vec<&str> = columns.iter().map(|it| it.key).collect();
    Operation {
        id,
        means,
        parameters: vec![
            key(Required::False),
            query("name", "The file's name.", text().min_length(Some(1))),
            query("skip_bad", "Leave bad lines out.", text().enum_values(Some(["true", "false"]))),
        ],
        body: body(
            &format!("The file, with the header {} or its other names.", header.join(",")),
            vec![(CSV, table()), (XLSX, table())],
        ),
        answers: vec![
            Said::new(200, "The same file came before.", vec![(JSON, named::<files::FileState>())])
                .with(STORED),
            Said::new(202, "It will be applied now.", vec![(JSON, named::<files::FileState>())]).with(STORED),
        ],
        errors: &[422, 503],
    }
}

fn progress(id: &'static str) -> Operation {
    Operation {
        id,
        means: "How far a file is, for the token it was sent with.",
        parameters: vec![no()],
        body: None,
        answers: vec![Said::new(200, "How far it is.", vec![(JSON, named::<files::FileState>())])],
        errors: &[404],
    }
}
