//! Whether each function's role allows what the function asked AWS for in the run before, and no more.

use crate::call::Call;
use crate::iam::{Right, Role};
use crate::report::Report;
use crate::stage::Stage;
use bench::table::Table;

/// Policies of AWS's own, whose rights Lambda uses itself.
const OF_AWS: [(&str, &str); 3] = [
    ("AWSLambdaBasicExecutionRole", "Lambda writes the log"),
    ("AWSXrayWriteOnlyAccess", "Lambda sends traces"),
    ("AWSLambdaVPCAccessExecutionRole", "Lambda makes the interface in the VPC, and writes the log"),
];

/// Actions that no function uses, and who does.
const OF_OTHERS: [(&str, &str); 1] = [("sqs:SendMessage", "Lambda sends events there that have failed")];

/// Holds the calls that were recorded against the roles.
pub(crate) fn check(stage: &Stage, report: &mut Report) {
    let mut table = Table::new("calls of each function in that run", &["function", "right", "calls"]);
    for function in stage.functions() {
        let calls = stage.recorded.of(&function.id);
        let forbidden: Vec<&Call> =
            calls.iter().map(|(call, _)| call).filter(|call| !function.role.allows(call)).collect();
        let count: usize = calls.iter().map(|(_, count)| count).sum();
        let is_right = count > 0 && forbidden.is_empty();
        report.check(is_right, format!("{} may do all that it asked for, {count} times {forbidden:?}", function.id));
        check_use(&function.id, &function.role, stage, report);
        for right in function.role.rights() {
            let count: usize = calls.iter().filter(|(call, _)| right.covers(call)).map(|(_, count)| count).sum();
            table.row(vec![function.id.clone(), right.to_string(), count.to_string()]);
        }
    }
    report.check(
        stage.recorded.unknown().is_empty(),
        format!("every request was understood {:?}", stage.recorded.unknown()),
    );
    report.say(format!("\n{table}"));
}

/// Every right is used, or declared.
fn check_use(function: &str, role: &Role, stage: &Stage, report: &mut Report) {
    let calls = stage.recorded.of(function);
    let rights = role.rights();
    let is_used = |right: &Right| calls.iter().any(|(call, _)| right.covers(call));
    let is_declared = |right: &Right| OF_OTHERS.iter().any(|(action, _)| right.action == *action);
    let idle: Vec<String> =
        rights.iter().filter(|right| !is_used(right) && !is_declared(right)).map(Right::to_string).collect();
    report.check(idle.is_empty(), format!("{function} uses all of its {} rights {idle:?}", rights.len()));
    let strange: Vec<&String> =
        role.of_aws.iter().filter(|policy| OF_AWS.iter().all(|(known, _)| policy != known)).collect();
    report.check(strange.is_empty(), format!("{function} has no policy of AWS that is not declared {strange:?}"));
}
