//! Event `GuardDuty Malware Protection Object Scan Result` — goes on from GuardDuty's verdict, where it
//! is the deployment's scanner.
//!
//! The verdict counts for the version that was scanned, named by its ETag. What GuardDuty cannot look
//! into does not pass. Run twice, the second run finds the file settled.

use chat::ports::Verdict;
use domain::{FileFault, Finding, Result, Timestamp};
use edge::App;
use files::Inspector;
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
struct Event {
    detail: Detail,
}

/// GuardDuty User Guide, "Monitoring S3 object scans with Amazon EventBridge".
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Detail {
    s3_object_details: Object,
    scan_result_details: Outcome,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Object {
    object_key: String,
    e_tag: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Outcome {
    scan_result_status: String,
    #[serde(default)]
    threats: Option<Vec<Threat>>,
}

#[derive(Deserialize)]
struct Threat {
    name: String,
}

#[derive(Serialize)]
struct Settled {
    status: Option<&'static str>,
}

fn verdict(outcome: &Outcome) -> Verdict {
    match outcome.scan_result_status.as_str() {
        "NO_THREATS_FOUND" => Verdict::Clean,
        "THREATS_FOUND" => {
            let first = outcome.threats.iter().flatten().map(|threat| threat.name.as_str()).next();
            let detail = format!("malware was found: {:.100}", first.unwrap_or("unnamed"));
            Verdict::Bad(Finding::new(FileFault::Infected, detail))
        }
        // UNSUPPORTED (encrypted, too large, too deep), ACCESS_DENIED, FAILED.
        _ => Verdict::Bad(Finding::new(FileFault::Unreadable, "the file could not be checked")),
    }
}

async fn scan_result(app: &App, event: Event, now: Timestamp) -> Result<Settled> {
    let Detail { s3_object_details: object, scan_result_details: outcome } = event.detail;
    let Some(id) = cloud::quarantined_id(&object.object_key) else {
        return Ok(Settled { status: None });
    };
    let (store, objects, inspect) = (&app.table, app.files(), Inspector::shared());
    let (fanout, verdict, etag) = (app.fanout(), verdict(&outcome), object.e_tag.as_str());
    let status =
        chat::files::scan_result(store, objects, inspect, fanout, now, id, etag, verdict).await?;
    Ok(Settled { status: status.map(domain::FileStatus::as_str) })
}

fn main() -> edge::Exit {
    edge::serve_event(scan_result)
}
