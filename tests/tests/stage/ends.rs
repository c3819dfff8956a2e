//! Nothing stays behind: not when a value is dropped, and not when the process is killed.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use tests::eventually;
use tests::pooler::PgBouncer;
use tests::postgres::{Options, Server, Stop};

/// Processes whose command line names the folder.
fn processes(folder: &Path) -> usize {
    let folder = folder.to_str().unwrap();
    let processes = Command::new("ps").args(["-A", "-o", "args="]).output().unwrap();
    String::from_utf8_lossy(&processes.stdout).lines().filter(|line| line.contains(folder)).count()
}

async fn folder(server: &Server) -> PathBuf {
    let directory = sqlx::query_scalar("SHOW unix_socket_directories");
    let directory: String = directory.fetch_one(&mut server.superuser("postgres").await).await.unwrap();
    directory.into()
}

#[tokio::test]
async fn a_dropped_server_takes_its_processes_and_its_folder_along() {
    let Some(server) = Server::start(Options::default()).await else { return };
    let folder = folder(&server).await;
    assert!(folder.is_dir() && processes(&folder) > 0);
    drop(server);
    assert!(!folder.exists());
    assert_eq!(processes(&folder), 0);
}

#[tokio::test]
async fn so_does_one_that_was_killed_before() {
    let Some(mut server) = Server::start(Options::default()).await else { return };
    let folder = folder(&server).await;
    server.stop(Stop::Kill).await;
    assert!(folder.is_dir(), "it could start again");
    drop(server);
    assert!(!folder.exists());
    assert_eq!(processes(&folder), 0);
}

#[tokio::test]
#[ignore = "the next test runs this one in a process of its own, and kills it"]
async fn a_process_with_servers() {
    let Some(primary) = Server::start(Options::default()).await else { return };
    let replica = primary.replica().await;
    let pooler = PgBouncer::start(&primary, 2).await;
    let mut stopped = Server::start(Options::default()).await.unwrap();
    let folders = [folder(&primary).await, folder(&replica).await, folder(&stopped).await];
    stopped.stop(Stop::Kill).await;
    println!("ready {}", folders.map(|folder| folder.display().to_string()).join(" "));
    std::future::pending::<()>().await;
    drop(pooler);
}

fn process_with_servers() -> (Child, Option<Vec<PathBuf>>) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "ends::a_process_with_servers", "--ignored", "--nocapture"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    let ready = lines.filter_map(|line| Some(line.split_once("ready ")?.1.split(' ').map(PathBuf::from).collect()));
    let folders = ready.take(1).next();
    (child, folders)
}

#[tokio::test]
async fn a_killed_test_process_leaves_neither_servers_nor_folders() {
    let (mut child, folders) = tokio::task::spawn_blocking(process_with_servers).await.unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    // None where PostgreSQL is not installed.
    for folder in folders.into_iter().flatten() {
        eventually("the folder goes", async || !folder.exists()).await;
        assert_eq!(processes(&folder), 0);
    }
}
