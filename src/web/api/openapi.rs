//! `/api/openapi.json`: what programs can call, made from the route table, the types that are written and the columns
//! that are read.

mod operations;

use actix_web::HttpResponse;
use utoipa::ToSchema;
use utoipa::openapi::path::{OperationBuilder, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::request_body::{RequestBody, RequestBodyBuilder};
use utoipa::openapi::schema::{ArrayBuilder, ComponentsBuilder, ObjectBuilder, Type};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{
    ContentBuilder, HeaderBuilder, HttpMethod, InfoBuilder, KnownFormat, OpenApi, OpenApiBuilder, PathItem,
    PathsBuilder, Ref, RefOr, Required, ResponseBuilder, Schema, SchemaFormat,
};

use super::{Answer, Told};
use crate::error::Error;
use crate::files::read::Column;
use crate::web::{Allowed, ROUTES, Route};

/// Media types of answers and bodies.
const JSON: &str = "application/json";
const LINES: &str = "application/x-ndjson";
const CSV: &str = "text/csv";
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// One answer of an operation: its status, what it means, its media types and what they hold.
struct Said {
    status: u16,
    means: &'static str,
    media: Vec<(&'static str, RefOr<Schema>)>,
    headers: &'static [&'static str],
}

impl Said {
    fn new(status: u16, means: &'static str, media: Vec<(&'static str, RefOr<Schema>)>) -> Self {
        Self { status, means, media, headers: &[] }
    }

    fn with(self, headers: &'static [&'static str]) -> Self {
        Self { headers, ..self }
    }
}

/// What is said of an operation besides what the route table says.
struct Operation {
    id: &'static str,
    means: &'static str,
    parameters: Vec<Parameter>,
    body: Option<RequestBody>,
    answers: Vec<Said>,
    /// The statuses of errors besides those every operation of its kind has.
    errors: &'static [u16],
}

/// The document; no token is needed.
pub async fn document() -> Answer {
    let text = made().to_json().map_err(Error::from)?;
    Ok(HttpResponse::Ok().content_type(JSON).body(text))
}

/// The document.
pub fn made() -> OpenApi {
    let mut paths = PathsBuilder::new();
    for route in ROUTES.iter().filter(|it| it.path.starts_with("/api/")) {
        let Some(operation) = operations::of(route) else { continue };
        let method = if route.method == "GET" { HttpMethod::Get } else { HttpMethod::Post };
        paths = paths.path(route.path, PathItem::new(method, described(route, operation)));
    }
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some("A program's token, made at /api-tokens or /standards/consumers. The scope it needs is named at each operation."))
        .build();
    let components = ComponentsBuilder::new()
        .schemas_from_iter(operations::schemas())
        .security_scheme("token", SecurityScheme::Http(bearer))
        .build();
    let info = InfoBuilder::new()
        .title("jicai")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(operations::INTRODUCTION))
        .build();
    OpenApiBuilder::new().info(info).paths(paths.build()).components(Some(components)).build()
}

fn described(route: &Route, it: Operation) -> utoipa::openapi::path::Operation {
    let mut built = OperationBuilder::new().operation_id(Some(it.id)).summary(Some(it.means));
    let mut errors = it.errors.to_vec();
    if !it.parameters.is_empty() || it.body.is_some() {
        errors.push(400);
    }
    if it.body.is_some() {
        errors.extend([413, 415]);
    }
    if let Allowed::Token(scope) = route.allowed {
        errors.extend([401, 403, 429]);
        built = built
            .description(Some(format!("Scope of the token: `{scope}`.")))
            .security(SecurityRequirement::new("token", [scope.as_str()]));
    }
    errors.push(500);
    errors.sort_unstable();
    errors.dedup();
    for parameter in it.parameters {
        built = built.parameter(parameter);
    }
    for said in it.answers {
        let mut answer = ResponseBuilder::new().description(said.means);
        for (media, schema) in said.media {
            answer = answer.content(media, ContentBuilder::new().schema(Some(schema)).build());
        }
        for name in said.headers {
            let text = ObjectBuilder::new().schema_type(Type::String).build();
            answer = answer.header(*name, HeaderBuilder::new().schema(Some(text)).build());
        }
        built = built.response(said.status.to_string(), answer);
    }
    for status in errors {
        let schema = Ref::from_schema_name("Error");
        let mut answer = ResponseBuilder::new()
            .description(meaning(status))
            .content(JSON, ContentBuilder::new().schema(Some(schema)).build());
        if status == 429 {
            let seconds = ObjectBuilder::new().schema_type(Type::Integer).build();
            answer = answer.header("Retry-After", HeaderBuilder::new().schema(Some(seconds)).build());
        }
        built = built.response(status.to_string(), answer);
    }
    built.request_body(it.body).build()
}

fn meaning(status: u16) -> &'static str {
    match status {
        400 => "A parameter, header or the body cannot be read.",
        401 => "No token, or one that is unknown, revoked, replaced or expired.",
        403 => "The token may not do this, or its consumer or hospital is deactivated.",
        404 => "There is nothing under this number for this token.",
        409 => "It contradicts what is there already.",
        413 => "The body is too large.",
        415 => "The body is compressed.",
        422 => "Refused: the message says why and what to do.",
        429 => "Too many requests of this token; `Retry-After` says when to ask again.",
        503 => "The disk is full; ask again later.",
        _ => "A fault of the platform; nothing was changed.",
    }
}

/// A parameter of the address.
fn query(name: &str, means: &str, schema: ObjectBuilder) -> Parameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Query)
        .required(Required::False)
        .description(Some(means))
        .schema(Some(schema))
        .build()
}

fn whole(least: i64, most: i64) -> ObjectBuilder {
    let whole = ObjectBuilder::new()
        .schema_type(Type::Integer)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int64)))
        .minimum(Some(number(least)));
    if most < i64::MAX { whole.maximum(Some(number(most))) } else { whole }
}

fn number(n: i64) -> utoipa::Number {
    utoipa::Number::Int(isize::try_from(n).unwrap_or(isize::MAX))
}

fn text() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String)
}

fn day() -> ObjectBuilder {
    text().format(Some(SchemaFormat::KnownFormat(KnownFormat::Date)))
}

/// The header that makes a request sent twice have its effect once.
fn key(required: Required) -> Parameter {
    ParameterBuilder::new()
        .name("Idempotency-Key")
        .parameter_in(ParameterIn::Header)
        .required(required)
        .description(Some(
            "A new value for each request, the same when it is sent again: the same request gets the stored answer, \
             another one is refused.",
        ))
        .schema(Some(text().min_length(Some(1)).max_length(Some(255))))
        .build()
}

/// The number of a file in the address.
fn no() -> Parameter {
    ParameterBuilder::new()
        .name("no")
        .parameter_in(ParameterIn::Path)
        .required(Required::True)
        .schema(Some(whole(1, i64::from(i32::MAX))))
        .build()
}

/// An object with the fields that are read: those of the columns, each with its other names.
fn fields(columns: &[Column]) -> ObjectBuilder {
    columns.iter().fold(ObjectBuilder::new(), |object, it| {
        let means = match it.also {
            [] => it.zh.to_owned(),
            also => format!("{}; also {}", it.zh, also.join(", ")),
        };
        let object = object.property(it.key, text().description(Some(means)));
        if it.required { object.required(it.key) } else { object }
    })
}

/// `{"lines": [{…}]}`.
fn lines_of(columns: &[Column]) -> ObjectBuilder {
    ObjectBuilder::new().property("lines", ArrayBuilder::new().items(fields(columns))).required("lines")
}

fn body(means: &str, media: Vec<(&str, RefOr<Schema>)>) -> Option<RequestBody> {
    let built = RequestBodyBuilder::new().description(Some(means)).required(Some(Required::True));
    let with = |built: RequestBodyBuilder, (media, schema): (&str, RefOr<Schema>)| {
        built.content(media, ContentBuilder::new().schema(Some(schema)).build())
    };
    Some(media.into_iter().fold(built, with).build())
}

/// A table as text or workbook.
fn table() -> RefOr<Schema> {
    text().into()
}

/// A schema by its name in the document.
fn named<T: ToSchema>() -> RefOr<Schema> {
    Ref::from_schema_name(T::name()).into()
}

/// A type's schema and those it names.
fn schema<T: ToSchema>(list: &mut Vec<(String, RefOr<Schema>)>) {
    list.push((T::name().into_owned(), T::schema()));
    T::schemas(list);
}

/// The error's schema.
fn error(list: &mut Vec<(String, RefOr<Schema>)>) {
    schema::<Told>(list);
}
