//! The stack: everything that `make run` starts, opened from a configuration.

use std::sync::Arc;

use config::Config;
use http::Request;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use storage::{Local, Storage};
use time::OffsetDateTime;
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::answer::{self, Answer};
use crate::authorizer::Authorizer;
use crate::delivery;
use crate::functions::{self, Functions};
use crate::gateway::Gateway;
use crate::renditions;
use crate::s3::{S3Endpoint, s3_service};
use crate::server::{self, Server};
use crate::template::{self, Template};
use crate::{dev_token, signing_key};

/// Why the stack does not start.
#[derive(Debug, thiserror::Error)]
pub enum BootError {
    /// The data folder or what lies in it.
    #[error("the data folder {dir}: {source}")]
    DataDir {
        /// Which folder.
        dir: String,
        /// What is wrong with it.
        source: std::io::Error,
    },
    /// Database or photo store.
    #[error(transparent)]
    Open(#[from] domain::Error),
    /// The template does not fit this server.
    #[error(transparent)]
    Template(#[from] template::TemplateError),
    /// The template does not fit this server.
    #[error(transparent)]
    MissingFunction(#[from] crate::gateway::MissingFunction),
}

/// Everything, opened and not yet serving.
pub struct Stack {
    server: Server,
    authorizer: Arc<Authorizer>,
    /// The folder that plays S3, and who takes its events; none of it where photos are in a real bucket.
    events: Option<(Local, delivery::Settings, delivery::Handler)>,
}

impl Stack {
    /// Opens database, photo store and functions; makes the data folder and the local key where they are missing.
    ///
    /// # Errors
    /// What cannot be opened.
    pub async fn open(config: &Config) -> Result<Self, BootError> {
        let in_data_dir = |source| BootError::DataDir { dir: config.data_dir.display().to_string(), source };
        std::fs::create_dir_all(&config.data_dir).map_err(in_data_dir)?;
        let authorizer = Arc::new(Authorizer::new(&signing_key::open(&config.data_dir).map_err(in_data_dir)?));
        let world = config::world();
        let storage = Storage::open(&config.store, world.now).await?;
        let Functions { http, optimize_photo } = functions::open(config, &storage, world).await?;
        let template = template::parse(template::TEMPLATE)?;
        let delivery = delivery_settings(&template);
        let gateway = Gateway::new(template, http, authorizer.clone())?;
        let mut server = Server::new(gateway, authorizer.clone(), OffsetDateTime::now_utc);
        let mut events = None;
        if let Storage::Local(local) = storage {
            server = mount_bucket(server, &local);
            events = Some((local, delivery, optimize_photo));
        }
        Ok(Self { server, authorizer, events })
    }

    /// A token for a person who wants to try things.
    ///
    /// # Errors
    /// When it cannot be signed.
    pub fn development_token(&self) -> Result<String, String> {
        dev_token::issue(&self.authorizer, "alice", &[], OffsetDateTime::now_utc())
    }

    /// Serves and delivers until `stop` is done; running requests and deliveries finish.
    pub async fn serve(self, listener: TcpListener, stop: impl Future<Output = ()>) {
        let (stopping, stopped) = watch::channel(false);
        let delivering = self.events.map(|(local, settings, handler)| {
            tokio::spawn(async move { delivery::run(&local, settings, handler, stopped).await })
        });
        server::serve(listener, self.server, stop).await;
        let _ = stopping.send(true);
        if let Some(delivering) = delivering
            && let Err(error) = delivering.await
        {
            tracing::error!("delivery of S3's events ended early: {error}");
        }
    }
}

/// How events reach the photo pipeline: with the time that the template gives it.
fn delivery_settings(template: &Template) -> delivery::Settings {
    let mut settings = delivery::Settings::default();
    let function = template.functions.iter().find(|function| function.name == settings.function_name);
    if let Some(function) = function {
        settings.timeout = function.timeout;
    }
    settings
}

/// S3's endpoint at `/{bucket}` and what CloudFront would show at `/processed/`.
fn mount_bucket(server: Server, local: &Local) -> Server {
    let (s3, bucket, local) = (s3_service(local.clone()), local.bucket().to_owned(), local.clone());
    server
        .mount(
            &bucket,
            Arc::new(move |request| {
                let s3 = s3.clone();
                Box::pin(async move { play_s3(&s3, request).await })
            }),
        )
        .mount(
            "processed",
            Arc::new(move |request| {
                let local = local.clone();
                Box::pin(async move {
                    renditions::answer(&local, request.method(), request.uri().path(), request.headers()).await
                })
            }),
        )
}

async fn play_s3(s3: &S3Endpoint, request: Request<Incoming>) -> Answer {
    let (parts, body) = s3.call(request.map(s3s::Body::from)).await.into_parts();
    match body.collect().await {
        Ok(body) => Answer::from_parts(parts, Full::new(body.to_bytes())),
        Err(error) => {
            tracing::error!("an answer of the local S3 broke off: {error}");
            answer::empty(http::StatusCode::INTERNAL_SERVER_ERROR)
        }
    }
}
