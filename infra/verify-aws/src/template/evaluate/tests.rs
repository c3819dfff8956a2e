use super::*;
use serde_json::json;

fn template() -> Value {
    json!({
        "Parameters": {
            "Environment": {"Type": "String", "Default": "dev"},
            "Origins": {"Type": "CommaDelimitedList", "Default": "a, b"},
            "Days": {"Type": "Number", "Default": 3},
        },
        "Mappings": {"Sizes": {"small": {"Many": 7}}},
        "Conditions": {
            "IsDev": {"Fn::Equals": [{"Ref": "Environment"}, "dev"]},
            "IsOther": {"Fn::Not": [{"Condition": "IsDev"}]},
            "IsBoth": {"Fn::And": [{"Condition": "IsDev"}, {"Condition": "IsOther"}]},
            "IsEither": {"Fn::Or": [{"Condition": "IsDev"}, {"Condition": "IsOther"}]},
        },
        "Resources": {
            "Bucket": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": {"Fn::Sub": "photos-${Environment}"}}},
            "Queue": {"Type": "AWS::SQS::Queue", "Condition": "IsOther"},
            "Inner": {
                "Type": "AWS::CloudFormation::Stack",
                "Properties": {"TemplateURL": "infra/inner.yaml", "Parameters": {"Name": {"Ref": "Environment"}}},
            },
        },
    })
}

fn stacks() -> Map<String, Value> {
    let inner = json!({
        "Parameters": {"Name": {"Type": "String"}},
        "Resources": {"Secret": {"Type": "AWS::SecretsManager::Secret"}, "Group": {"Type": "AWS::EC2::SecurityGroup"}},
        "Outputs": {
            "Arn": {"Value": {"Ref": "Secret"}},
            "Group": {"Value": {"Fn::GetAtt": ["Group", "GroupId"]}},
            "Name": {"Value": {"Fn::Sub": "${Name}-inner"}},
        },
    });
    [("infra/inner.yaml".to_owned(), inner)].into_iter().collect()
}

fn value(expression: &Value) -> Result<Value, Trouble> {
    let made = Made::from([("Inner/Secret".to_owned(), "arn:secret".to_owned())]);
    Stack::outermost(&template(), &stacks(), Map::new(), &made)?.optional(expression)
}

#[test]
fn an_expression_comes_to_what_cloudformation_makes_of_it() {
    for (expression, expected) in [
        (json!({"Ref": "Environment"}), json!("dev")),
        (json!({"Ref": "Origins"}), json!(["a", "b"])),
        (json!({"Fn::Sub": "${Environment}-${Days}-${AWS::Region}-${!Kept}"}), json!("dev-3-eu-central-1-${Kept}")),
        (
            json!({"Fn::Sub": ["${Own}/${Bucket.Arn}", {"Own": {"Ref": "Bucket"}}]}),
            json!("photos-dev/arn:aws:s3:::photos-dev"),
        ),
        (json!({"Fn::If": ["IsDev", 1, 2]}), json!(1)),
        (json!({"Fn::If": ["IsBoth", 1, {"Fn::If": ["IsEither", 3, 4]}]}), json!(3)),
        (json!([1, {"Ref": "AWS::NoValue"}, {"a": {"Ref": "AWS::NoValue"}, "b": 2}]), json!([1, {"b": 2}])),
        (json!({"Fn::Join": [",", {"Ref": "Origins"}]}), json!("a,b")),
        (json!({"Fn::Select": [1, {"Fn::Split": ["-", "x-y"]}]}), json!("y")),
        (json!({"Fn::FindInMap": ["Sizes", "small", "Many"]}), json!(7)),
        (json!({"Fn::GetAtt": ["Inner", "Outputs.Arn"]}), json!("arn:secret")),
        (json!({"Fn::GetAtt": ["Inner", "Outputs.Name"]}), json!("dev-inner")),
        // Nobody has made it.
        (json!({"Fn::GetAtt": ["Inner", "Outputs.Group"]}), json!("<Inner/Group.GroupId>")),
    ] {
        assert_eq!(value(&expression).unwrap(), expected, "{expression}");
    }
}

#[test]
fn what_is_not_understood_is_named() {
    for (expression, word) in [
        (json!({"Ref": "Nobody"}), "Nobody"),
        (json!({"Fn::GetAtt": ["Inner", "Outputs.Nothing"]}), "Nothing"),
        (json!({"Fn::ImportValue": "x"}), "ImportValue"),
        (json!({"Fn::If": ["IsNothing", 1, 2]}), "null"),
        (json!({"Fn::Sub": "${Environment"}), "Environment"),
    ] {
        let trouble = value(&expression).unwrap_err().to_string();
        assert!(trouble.contains(word), "{expression}: {trouble}");
    }
}

#[test]
fn a_resource_is_made_where_its_condition_holds() {
    let (template, stacks, made) = (template(), stacks(), Made::new());
    let stack = |environment: &str| {
        let parameters = [("Environment".to_owned(), environment.into())].into_iter().collect();
        Stack::outermost(&template, &stacks, parameters, &made).unwrap()
    };
    assert_eq!(["dev", "production"].map(|name| stack(name).resources_of("AWS::SQS::Queue").unwrap().len()), [0, 1]);
    let stray = [("Stray".to_owned(), Value::from(1))].into_iter().collect();
    assert!(Stack::outermost(&template, &stacks, stray, &made).is_err());
}
