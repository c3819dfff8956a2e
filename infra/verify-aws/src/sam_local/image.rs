//! The image that `sam local` builds on: Amazon's where it can be had, else a stand-in of this machine's own libraries, which the
//! programs were not built against but run on.

use super::docker::Docker;
use crate::Trouble;
use crate::tools::output;
use tests::watched::Folder;
use tokio::process::Command;

/// What a stand-in needs: a shell, and what SAM's own steps call in it.
const COLLECT: &str = r#"
set -eu
cd "$1"
mkdir -p bin lib64 usr/bin tmp var/task var/runtime var/rapid etc
for program in sh mv chmod ls mkdir env; do
    path=$(command -v "$program")
    cp -L "$path" bin/
    ldd "$path" | grep -o '/[^ ]*' | while read -r library; do mkdir -p ".$(dirname "$library")"; cp -L "$library" ".$library"; done
done
for library in libgcc_s.so.1 libm.so.6 libpthread.so.0 libdl.so.2 librt.so.1; do
    path=$(ldconfig -p | grep -F "$library" | head -1 | grep -o '/.*')
    mkdir -p ".$(dirname "$path")"; cp -L "$path" ".$path"
done
tar -cf ../image.tar .
"#;

/// An image that the daemon knows.
#[derive(Debug)]
pub(super) struct Image {
    pub(super) name: String,
    /// Which one it is.
    pub(super) about: &'static str,
}

/// Makes the image known to the daemon.
///
/// # Errors
/// When neither can be had.
pub(super) async fn provide(docker: &Docker, folder: &Folder) -> Result<Image, Trouble> {
    let architecture = if cfg!(target_arch = "aarch64") { "arm64" } else { "x86_64" };
    let name = format!("public.ecr.aws/lambda/provided:al2023-{architecture}");
    if docker.run(&["image", "inspect", &name]).await.is_ok() || docker.run(&["pull", "--quiet", &name]).await.is_ok() {
        return Ok(Image { name, about: "Amazon's image" });
    }
    let files = folder.path().join("image");
    std::fs::create_dir(&files)?;
    let mut collect = Command::new("sh");
    collect.args(["-c", COLLECT, "sh"]).arg(&files);
    output(collect).await?;
    let tar = folder.path().join("image.tar").display().to_string();
    docker.run(&["import", "--change", "ENV PATH=/bin:/usr/bin", &tar, &name]).await?;
    Ok(Image { name, about: "a stand-in of this machine's libraries: no registry answers" })
}
