//! What a deployment is made of, on this machine: PostgreSQL with TLS, S3, Secrets Manager, CloudFront, and every function of the
//! template behind the Runtime Interface Emulator, with the environment that the template gives it.
//!
//! Between each function and AWS stands a recorder. Everything ends with this process, however it ends.

mod aws;
mod database;
mod emulator;
mod program;
mod recorder;
mod sandbox;
mod store;

use crate::Trouble;
use crate::template::{Function, Made, REGION, Template};
pub(crate) use aws::Aws;
pub(crate) use emulator::Emulator;
pub(crate) use program::start as start_program;
pub(crate) use recorder::{Recorded, Recorder};
pub(crate) use sandbox::Sandbox;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::PathBuf;
pub(crate) use store::Store;
use tests::certificates::Certificates;
use tests::postgres::Server;
use tests::watched::Folder;

/// The access key that S3 knows. Lambda's are temporary: they come with a token.
pub(crate) const ACCESS_KEY: (&str, &str) = ("ASIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
const SESSION_TOKEN: &str = "a-token-of-this-session";

/// Everything that runs. The fields end in their order.
#[derive(Debug)]
pub(crate) struct Stage {
    deployed: BTreeMap<String, Deployed>,
    pub(crate) recorded: Recorded,
    pub(crate) store: Store,
    pub(crate) aws: Aws,
    pub(crate) postgres: Server,
    /// Holds the file that vouches for the server.
    _certificates: Certificates,
    /// What the template's resource `Migrations` hands to Ops.
    pub(crate) migrations: Value,
    folder: Folder,
}

/// A function that takes invocations.
#[derive(Debug)]
struct Deployed {
    function: Function,
    program: PathBuf,
    variables: BTreeMap<String, String>,
    emulator: Emulator,
    _recorder: Recorder,
}

impl Stage {
    /// Starts everything; `binaries` is the folder that `sam build` fills.
    ///
    /// # Errors
    /// When something is not installed or built, or does not start.
    pub(crate) async fn set(template: &Template, binaries: &crate::binaries::Binaries) -> Result<Self, Trouble> {
        let folder = Folder::of_this_user("verify-aws-");
        let certificates = Certificates::make();
        let (postgres, admin) = database::start(&certificates).await?;
        let aws = Aws::start(&folder).await?;
        let store = Store::start(&folder).await?;
        let made = make(template, &aws, &admin).await?;
        let stack = template.stack(&[], &made)?;
        let recorded = Recorded::default();
        let mut deployed = BTreeMap::new();
        for function in stack.functions()? {
            let recorder = Recorder::start(&function.id, &store, &aws, &recorded).await?;
            let mut variables = function.environment.clone();
            variables.extend(of_this_machine(&postgres, &certificates, &recorder));
            let program = binaries.program(&function)?;
            let emulator = Emulator::start(&folder, &function, &program, &variables)?;
            for bucket in function.buckets() {
                store.make_bucket(bucket)?;
            }
            let name = function.binary.clone();
            deployed.insert(name, Deployed { function, program, variables, emulator, _recorder: recorder });
        }
        let migrations = stack.required(&stack.resource("Migrations")?["Properties"])?;
        Ok(Self { deployed, recorded, store, aws, postgres, _certificates: certificates, migrations, folder })
    }

    /// Every function, as the template has it.
    pub(crate) fn functions(&self) -> impl Iterator<Item = &Function> {
        self.deployed.values().map(|deployed| &deployed.function)
    }

    /// Sends a payload to a function and waits for its answer.
    ///
    /// # Errors
    /// When it fails.
    pub(crate) async fn invoke(&self, binary: &str, payload: &Value) -> Result<Value, Trouble> {
        self.deployed(binary)?.emulator.invoke(payload).await
    }

    /// One more instance of a function.
    ///
    /// # Errors
    /// When it does not start.
    pub(crate) fn another(&self, binary: &str) -> Result<Emulator, Trouble> {
        let Deployed { function, program, variables, .. } = self.deployed(binary)?;
        Emulator::start(&self.folder, function, program, variables)
    }

    /// What all functions have written.
    pub(crate) fn logs(&self) -> String {
        self.deployed.values().map(|deployed| deployed.emulator.log()).collect()
    }

    /// The folder of this stage.
    pub(crate) fn folder(&self) -> &Folder {
        &self.folder
    }

    fn deployed(&self, binary: &str) -> Result<&Deployed, Trouble> {
        self.deployed.get(binary).ok_or_else(|| format!("the template has no function {binary}").into())
    }
}

/// Makes what the template makes and functions ask for: the secrets of the logins, with what CloudFormation would draw, and of the
/// administrator, with what the server was made with. Answers what references to all of it come to.
async fn make(template: &Template, aws: &Aws, admin: &Value) -> Result<Made, Trouble> {
    let mut made = Made::from([
        ("Database/Primary".to_owned(), "sharaspot-dev".to_owned()),
        ("Database/Primary.Endpoint.Address".to_owned(), "localhost".to_owned()),
        ("Cdn/Distribution".to_owned(), aws.distribution_id.clone()),
        ("Cdn/Distribution.DomainName".to_owned(), "d111111abcdef8.cloudfront.net".to_owned()),
    ]);
    let unmade = Made::new();
    let database = template.stack(&[], &unmade)?.nested("Database")?;
    for (id, resource) in database.resources_of("AWS::SecretsManager::Secret")? {
        let value = match id.as_str() {
            "AdminSecret" => admin.clone(),
            _ => aws.generate(&database.required(&resource["Properties"]["GenerateSecretString"])?).await?,
        };
        made.insert(format!("Database/{id}"), aws.make_secret(&id, &value).await?);
    }
    Ok(made)
}

/// What differs from AWS: where the parts are, and who vouches for the database.
fn of_this_machine(postgres: &Server, certificates: &Certificates, recorder: &Recorder) -> Vec<(String, String)> {
    let endpoint = format!("http://{}", recorder.address());
    let variables = [
        ("AWS_ACCESS_KEY_ID", ACCESS_KEY.0),
        ("AWS_SECRET_ACCESS_KEY", ACCESS_KEY.1),
        ("AWS_SESSION_TOKEN", SESSION_TOKEN),
        ("AWS_REGION", REGION),
        ("AWS_ENDPOINT_URL", &endpoint),
        ("DB_PORT", &postgres.port().to_string()),
        ("DB_SSLROOTCERT", &certificates.authority().display().to_string()),
    ];
    variables.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec()
}
