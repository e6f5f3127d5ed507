//! The server: one site on one address until it is told to stop.

use std::net::SocketAddr;

use actix_web::body::MessageBody;
use actix_web::dev::{Server, ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::middleware::{Compress, from_fn};
use actix_web::{HttpResponse, HttpServer, web};
use tracing_actix_web::TracingLogger;

use crate::error::{Error, Result};
use crate::web::{App, configure, form, gate};

/// The site over `app`, as the server and the tests run it.
pub fn site(
    app: App,
) -> actix_web::App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<impl MessageBody>,
        Error = actix_web::Error,
        InitError = (),
    >,
> {
    let forms = web::FormConfig::default().limit(4 * 1024 * 1024);
    let bad = || Error::refused(form::Refused::Form).into();
    actix_web::App::new()
        .app_data(web::Data::new(app))
        .app_data(forms)
        .app_data(web::PathConfig::default().error_handler(|_, _| Error::NotFound.into()))
        .app_data(web::QueryConfig::default().error_handler(move |_, _| bad()))
        .app_data(web::JsonConfig::default().limit(64 * 1024 * 1024).error_handler(move |_, _| bad()))
        .wrap(from_fn(gate))
        .configure(configure)
        .default_service(web::to(nothing_here))
}

async fn nothing_here() -> Result<HttpResponse> {
    Err(Error::NotFound)
}

/// Takes the address of the settings (port 0: any free one) and gives the server, not yet running, with the
/// address it really has. The server stops at Ctrl-C or a termination signal, requests in progress finished.
pub fn bind(app: App) -> std::io::Result<(Server, SocketAddr)> {
    let listen = app.settings.listen.clone();
    let server =
        HttpServer::new(move || site(app.clone()).wrap(Compress::default()).wrap(TracingLogger::default()))
            .tcp_nodelay(true)
            .shutdown_timeout(10)
            .bind(listen)?;
    let address = server.addrs().first().copied().ok_or_else(|| std::io::Error::other("no address"))?;
    Ok((server.run(), address))
}
