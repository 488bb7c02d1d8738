//! Starts the parts in the order in which they need each other, and ends them the other way round.

use crate::cli::Args;
use crate::data_dir::DataDir;
use crate::dynamodb::DynamoDb;
use crate::error::StartError;
use crate::http_api::HttpApi;
use crate::logs::Logs;
use crate::metrics::Metrics;
use crate::net;
use crate::opensearch::Domains;
use crate::ports::{Aws, Public};
use crate::rights::Rights;
use crate::runtime::{Host, Surroundings};
use crate::s3::S3;
use crate::schedules::{self, Schedule};
use crate::secrets::Secrets;
use crate::site::{Origins, Site};
use crate::sqs::{self, Sqs};
use crate::streams::Reader;
use crate::template::Template;
use crate::template::model::{Deployment, Source};
use crate::websocket::{Lifetimes, SocketApi};
use serde_json::json;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::JoinSet;

/// How long closing sockets may take at shutdown.
const GOODBYE: Duration = Duration::from_millis(100);

/// A running deployment.
pub struct Stack {
    host: Arc<Host>,
    sqs: Arc<Sqs>,
    dynamodb: DynamoDb,
    sockets: Vec<Arc<SocketApi>>,
    tasks: JoinSet<()>,
    ready_file: Option<std::path::PathBuf>,
    web: bool,
    _data: DataDir,
}

impl Stack {
    /// Starts everything, prints the addresses.
    ///
    /// # Errors
    /// One sentence about what is in the way.
    pub async fn start(args: Args) -> Result<Self, StartError> {
        let template = Template::read(&args.template)?;
        let overrides = args.params.iter().cloned().collect();
        // Before anything is touched: a template that cannot be served must not cost the data.
        let dry = template.resolve(args.port, 0, &overrides)?;
        check_programs(&dry, &args.bin_dir)?;
        let (public_listener, public_port) =
            net::bind(args.port).await.map_err(|_| StartError::PortTaken { port: args.port })?;
        let (aws_listener, aws_port) =
            net::bind(0).await.map_err(|_| StartError::PortTaken { port: 0 })?;
        let deployment = template.resolve(public_port, aws_port, &overrides)?;
        let s3_listener = match deployment.buckets.is_empty() {
            true => None,
            false => Some(net::bind(0).await.map_err(|_| StartError::PortTaken { port: 0 })?),
        };
        let site = match &args.web {
            Some(folder) => {
                let at = |scheme: &str, port| format!("{scheme}://127.0.0.1:{port}");
                let origins = Origins {
                    sockets: at("ws", public_port),
                    files: s3_listener
                        .as_ref()
                        .map(|(_, port)| at("http", *port))
                        .unwrap_or_default(),
                };
                Some(Site::open(folder, &origins).map_err(StartError::Data)?)
            }
            None => None,
        };
        let data = DataDir::open(&args.data, args.fresh)?;
        let unwritable = |cause| StartError::DataUnwritable { path: args.data.clone(), cause };
        let logs = Arc::new(Logs::open(&data.join("logs"), args.verbose).map_err(unwritable)?);
        let metrics = Arc::new(Metrics::default());
        let rights = Arc::new(Rights::of(&deployment.functions));
        let mut tasks = JoinSet::new();

        let dynamodb = {
            let (path, tables) = (data.join("dynamodb.sqlite"), deployment.tables.clone());
            let (metrics, rights) = (Arc::clone(&metrics), Arc::clone(&rights));
            tokio::task::spawn_blocking(move || DynamoDb::start(&path, &tables, &metrics, &rights))
                .await
                .map_err(|error| StartError::Data(error.to_string()))?
                .map_err(StartError::Data)?
        };
        let tables = data.join("dynamodb.sqlite");
        let (database, written) = (dynamodb.database.clone(), Arc::clone(&dynamodb.written));
        tasks.spawn(DynamoDb::sweep(database, tables, written));
        let sqs =
            Sqs::open(&data.join("queues.sqlite"), &deployment.queues).map_err(StartError::Data)?;
        tasks.spawn(Arc::clone(&sqs).expire());
        let secrets = Secrets::open(&data.join("secrets.json"), &deployment.secrets)
            .map_err(StartError::Data)?;
        let search = {
            let (folder, specs) = (data.join("opensearch"), deployment.search_domains.clone());
            let (metrics, rights) = (Arc::clone(&metrics), Arc::clone(&rights));
            tokio::task::spawn_blocking(move || Domains::open(&folder, &specs, &metrics, &rights))
                .await
                .map_err(|error| StartError::Data(error.to_string()))?
                .map_err(StartError::Data)?
        };
        let around = Surroundings {
            bin_dir: std::path::absolute(&args.bin_dir).unwrap_or_else(|_| args.bin_dir.clone()),
            aws_port,
            dynamodb_port: dynamodb.port,
            s3_port: s3_listener.as_ref().map(|(_, port)| *port),
        };
        let host = Arc::new(Host::new(&deployment.functions, &around, &logs, &metrics));
        tasks.spawn(Arc::clone(&host).reap(args.lambda_idle));

        if let Some((listener, _)) = s3_listener {
            let mut listeners = Vec::new();
            for (function, source) in sources(&deployment) {
                if let (Source::Bucket(source), Some(hosted)) = (source, host.get(function)) {
                    listeners.push((source.clone(), hosted));
                }
            }
            let s3 = S3::open(&data.join("s3"), &deployment.buckets, listeners, &metrics, &rights)
                .map_err(StartError::Data)?;
            tasks.spawn(s3.serve(listener));
        }
        let lifetimes = Lifetimes { idle: args.idle_timeout, age: args.socket_max_age };
        let sockets = deployment
            .socket_apis
            .iter()
            .map(|spec| {
                SocketApi::new(spec, &host, public_port, lifetimes).map_err(StartError::Data)
            })
            .collect::<Result<Vec<_>, _>>()?;
        let specs = deployment.http_apis.iter();
        let http = specs
            .map(|spec| HttpApi::new(spec.clone(), &deployment, &host).map_err(StartError::Data))
            .collect::<Result<Vec<_>, _>>()?;
        start_sources(&mut tasks, &deployment, &host, &sqs, &dynamodb, &data)?;

        let public = Arc::new(Public { http, sockets: sockets.clone(), site });
        tasks.spawn(net::serve(public_listener, move |request, peer| {
            let public = Arc::clone(&public);
            async move { public.handle(request, peer).await }
        }));
        let aws = Arc::new(Aws {
            host: Arc::clone(&host),
            sqs: Arc::clone(&sqs),
            secrets,
            sockets: sockets.clone(),
            metrics,
            rights,
            search,
        });
        tasks.spawn(net::serve(aws_listener, move |request, _| {
            let aws = Arc::clone(&aws);
            async move { aws.handle(request).await }
        }));

        let stack = Self {
            host,
            sqs,
            dynamodb,
            sockets,
            tasks,
            ready_file: args.ready_file.clone(),
            web: args.web.is_some(),
            _data: data,
        };
        stack.announce(public_port, aws_port, around.s3_port, &deployment).map_err(unwritable)?;
        Ok(stack)
    }

    fn announce(
        &self,
        public_port: u16,
        aws_port: u16,
        s3_port: Option<u16>,
        deployment: &Deployment,
    ) -> std::io::Result<()> {
        let http = format!("http://127.0.0.1:{public_port}");
        let sockets: Vec<String> = self
            .sockets
            .iter()
            .map(|api| format!("ws://127.0.0.1:{public_port}/{}", api.path))
            .collect();
        for notice in &deployment.notices {
            println!("{notice}");
        }
        if self.web {
            println!("The web app: {http}/");
        }
        println!("{http}");
        for socket in &sockets {
            println!("{socket}");
        }
        if let Some(path) = &self.ready_file {
            let aws = format!("http://127.0.0.1:{aws_port}");
            let ready = json!({
                "http": http, "ws": sockets.last(), "aws": aws, "pid": std::process::id(),
                "functions_url": format!("{aws}/2015-03-31/functions"), "outputs": deployment.outputs,
                "dynamodb": format!("http://127.0.0.1:{}", self.dynamodb.port),
                "s3": s3_port.map(|port| format!("http://127.0.0.1:{port}")),
            });
            let next = path.with_extension("new");
            std::fs::write(&next, ready.to_string())?;
            std::fs::rename(&next, path)?;
        }
        Ok(())
    }

    /// Serves until Ctrl-C or SIGTERM, then ends everything: the functions first, since they would
    /// complain about endpoints that are gone.
    pub async fn run(mut self) {
        let mut terminate = signal(SignalKind::terminate()).ok();
        let terminated = async {
            match &mut terminate {
                Some(signal) => {
                    signal.recv().await;
                }
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            () = terminated => {}
        }
        for api in &self.sockets {
            api.connections.close_all();
        }
        if !self.sockets.is_empty() {
            tokio::time::sleep(GOODBYE).await;
        }
        self.host.shutdown().await;
        self.tasks.abort_all();
        self.sqs.flush().await;
        self.dynamodb.shutdown();
        if let Some(path) = &self.ready_file {
            let _ = std::fs::remove_file(path);
        }
    }
}

fn sources(deployment: &Deployment) -> impl Iterator<Item = (&str, &Source)> {
    deployment
        .functions
        .iter()
        .flat_map(|function| function.sources.iter().map(|source| (function.id.as_str(), source)))
}

fn start_sources(
    tasks: &mut JoinSet<()>,
    deployment: &Deployment,
    host: &Arc<Host>,
    sqs: &Arc<Sqs>,
    dynamodb: &DynamoDb,
    data: &DataDir,
) -> Result<(), StartError> {
    for (id, source) in sources(deployment) {
        let Some(function) = host.get(id) else { continue };
        match source {
            Source::Queue(source) => {
                if let Some(queue) = sqs.queue(&source.queue) {
                    tasks.spawn(sqs::run_mapping(
                        Arc::clone(sqs),
                        Arc::clone(queue),
                        function,
                        source.clone(),
                    ));
                }
            }
            Source::Stream(source) => {
                let reader = Reader {
                    database: dynamodb.database.clone(),
                    written: Arc::clone(&dynamodb.written),
                    function,
                    source: source.clone(),
                    sqs: Arc::clone(sqs),
                    checkpoint: data.join(&format!("stream-{id}-{}.json", source.table)),
                };
                let positions = reader.prepare().map_err(StartError::Data)?;
                tasks.spawn(reader.run(positions));
            }
            Source::Schedule { expression, input } => {
                let schedule = Schedule::parse(expression).map_err(StartError::Data)?;
                tasks.spawn(schedules::run(schedule, function, id.to_owned(), input.clone()));
            }
            Source::Http { .. } | Source::Bucket(_) => {}
        }
    }
    Ok(())
}

fn check_programs(deployment: &Deployment, bin_dir: &Path) -> Result<(), StartError> {
    for function in &deployment.functions {
        let path = bin_dir.join(&function.binary);
        if !path.is_file() {
            let flags = if bin_dir.ends_with("release") { " --release" } else { "" };
            return Err(StartError::BinaryMissing {
                function: function.id.clone(),
                path,
                package: function.package.clone(),
                binary: function.binary.clone(),
                flags,
            });
        }
    }
    Ok(())
}
