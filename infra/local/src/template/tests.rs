//! What is read, and what is refused.

use super::model::{SecretValue, Source};
use super::*;

fn template(text: &str) -> Template {
    Template { path: "template.yaml".into(), root: yaml::parse(text).expect("yaml") }
}

fn resolve(text: &str) -> Result<Deployment, StartError> {
    template(text).resolve(3000, 4000, &BTreeMap::new())
}

const STACK: &str = r#"
Transform: AWS::Serverless-2016-10-31
Parameters:
  Max: {Type: Number, Default: 10}
Globals:
  Function: {Timeout: 7, Runtime: provided.al2023, Handler: bootstrap, Environment: {Variables: {SHARED: a}}}
Resources:
  Table:
    Type: AWS::DynamoDB::Table
    Properties:
      AttributeDefinitions: [{AttributeName: PK, AttributeType: S}]
      KeySchema: [{AttributeName: PK, KeyType: HASH}]
      StreamSpecification: {StreamViewType: NEW_IMAGE}
      TimeToLiveSpecification: {AttributeName: expires_at, Enabled: true}
  Dead: {Type: AWS::SQS::Queue}
  Queue:
    Type: AWS::SQS::Queue
    Properties: {VisibilityTimeout: 60, RedrivePolicy: {deadLetterTargetArn: !GetAtt Dead.Arn, maxReceiveCount: 5}}
  Key:
    Type: AWS::SecretsManager::Secret
    Properties:
      GenerateSecretString: {PasswordLength: 64, ExcludeUppercase: true, ExcludePunctuation: true,
                             ExcludeCharacters: ghijklmnopqrstuvwxyz}
  Worker:
    Type: AWS::Serverless::Function
    Metadata: {BuildMethod: rust-cargolambda, BuildProperties: {Binary: worker}}
    Properties:
      CodeUri: functions/workers
      Environment:
        Variables:
          TABLE: !Ref Table
          QUEUE: !Ref Queue
          KEY: !Ref Key
          MAX: !Ref Max
          SOCKET: !Sub "https://${SocketApi}.execute-api.${AWS::Region}.${AWS::URLSuffix}/ws"
      Events:
        Queue: {Type: SQS, Properties: {Queue: !GetAtt Queue.Arn, BatchSize: 10, FunctionResponseTypes: [ReportBatchItemFailures]}}
        Stream: {Type: DynamoDB, Properties: {Stream: !GetAtt Table.StreamArn, StartingPosition: TRIM_HORIZON}}
        Get: {Type: HttpApi, Properties: {Path: "/a/{b}", Method: get}}
  SocketApi:
    Type: AWS::ApiGatewayV2::Api
    Properties: {Name: s, ProtocolType: WEBSOCKET, RouteSelectionExpression: $request.body.type}
  Integration:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: !Ref SocketApi
      IntegrationType: AWS_PROXY
      IntegrationUri: !Sub arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Worker.Arn}/invocations
  PingRoute:
    Type: AWS::ApiGatewayV2::Route
    Properties: {ApiId: !Ref SocketApi, RouteKey: ping, RouteResponseSelectionExpression: $default,
                 Target: !Sub "integrations/${Integration}"}
  PingResponse:
    Type: AWS::ApiGatewayV2::RouteResponse
    Properties: {ApiId: !Ref SocketApi, RouteId: !Ref PingRoute, RouteResponseKey: $default}
  Stage:
    Type: AWS::ApiGatewayV2::Stage
    Properties: {ApiId: !Ref SocketApi, StageName: ws, AutoDeploy: true}
Outputs:
  SocketUrl: {Value: !Sub "wss://${SocketApi}.execute-api.${AWS::Region}.amazonaws.com/${Stage}"}
"#;

#[test]
fn a_whole_stack() {
    let stack = resolve(STACK).expect("supported");
    let worker = &stack.functions[0];
    assert_eq!(
        (worker.binary.as_str(), worker.package.as_str(), worker.timeout.as_secs()),
        ("worker", "workers", 7)
    );
    let variable = |name: &str| worker.environment[name].as_str();
    assert_eq!(variable("SHARED"), "a");
    assert_eq!(variable("TABLE"), "Table");
    assert_eq!(variable("MAX"), "10");
    assert_eq!(variable("QUEUE"), "http://127.0.0.1:4000/000000000000/Queue");
    assert_eq!(variable("SOCKET"), "http://127.0.0.1:4000/SocketApi/ws");
    assert!(variable("KEY").starts_with("arn:aws:secretsmanager:"));
    assert!(
        worker
            .sources
            .iter()
            .any(|s| matches!(s, Source::Queue(q) if q.queue == "Queue" && q.partial_failures))
    );
    assert!(
        worker
            .sources
            .iter()
            .any(|s| matches!(s, Source::Stream(t) if t.table == "Table" && t.from_start))
    );
    assert!(
        worker
            .sources
            .iter()
            .any(|s| matches!(s, Source::Http { route, .. } if route == "GET /a/{b}"))
    );
    assert_eq!(
        stack.queues.iter().find(|q| q.name == "Queue").and_then(|q| q.redrive.clone()),
        Some(("Dead".into(), 5))
    );
    let SecretValue::Generated(rules) = &stack.secrets[0].value else { panic!("generated") };
    assert_eq!(rules.classes.concat().iter().collect::<String>(), "abcdef0123456789");
    let socket = &stack.socket_apis[0];
    assert_eq!(
        (socket.stage.as_str(), socket.selection.as_slice()),
        ("ws", ["type".to_owned()].as_slice())
    );
    assert!(socket.routes["ping"].answers);
    assert_eq!(stack.outputs["SocketUrl"], "ws://127.0.0.1:3000/ws");
}

fn refusal(resource: &str) -> String {
    resolve(&format!("Resources:\n  Thing:\n    {resource}\n"))
        .err()
        .map(|error| error.to_string())
        .unwrap_or_default()
}

#[test]
fn what_is_not_done_is_refused_by_name() {
    for (resource, named) in [
        ("Type: AWS::StepFunctions::StateMachine", "AWS::StepFunctions::StateMachine"),
        ("{Type: AWS::SQS::Queue, Properties: {FifoQueue: true}}", "FifoQueue"),
        (
            "{Type: AWS::DynamoDB::Table, Properties: {KinesisStreamSpecification: {}}}",
            "KinesisStreamSpecification",
        ),
        (
            "{Type: AWS::S3::Bucket, Properties: {VersioningConfiguration: {}}}",
            "VersioningConfiguration",
        ),
        ("{Type: AWS::ApiGatewayV2::Api, Properties: {ProtocolType: HTTP}}", "ProtocolType"),
        ("{Type: AWS::Serverless::HttpApi, Properties: {Auth: {}}}", "authorizer"),
        (
            "{Type: AWS::Serverless::Application, Properties: {Location: x.yaml}}",
            "AWS::Serverless::Application",
        ),
        ("{Type: AWS::Serverless::Function, Properties: {Layers: []}}", "Layers"),
        ("{Type: AWS::Serverless::Function, Properties: {VpcConfig: {}}}", "VpcConfig"),
    ] {
        let text = refusal(resource);
        assert!(text.contains(named) && text.contains("Thing"), "{resource}: {text}");
    }
}

#[test]
fn parameters_must_be_known_and_given() {
    let text = "Parameters:\n  A: {Type: String}\nResources: {}\n";
    assert!(resolve(text).err().map(|e| e.to_string()).unwrap_or_default().contains("--param A="));
    let unknown =
        BTreeMap::from([("A".to_owned(), "1".to_owned()), ("B".to_owned(), "2".to_owned())]);
    assert!(template(text).resolve(1, 2, &unknown).is_err());
}

#[test]
fn what_only_aws_has_is_left_out_with_a_notice() {
    let rule = "Resources: {Told: {Type: AWS::Events::Rule, Properties: {EventPattern: {source: [aws.guardduty]}}}}";
    let deployment = resolve(rule).expect("accepted");
    assert!(deployment.notices[0].contains("Told") && deployment.notices.len() == 1);
    let timed = "Resources: {Tick: {Type: AWS::Events::Rule, Properties: {ScheduleExpression: rate(1 day)}}}";
    assert!(resolve(timed).is_err(), "it would never fire");
    let bucket = |inner: &str| {
        let text =
            "Resources: {B: {Type: AWS::S3::Bucket, Properties: {NotificationConfiguration: {X}}}}";
        resolve(&text.replace('X', inner))
    };
    assert!(bucket("EventBridgeConfiguration: {EventBridgeEnabled: true}").is_ok());
    assert!(bucket("LambdaConfigurations: []").is_err());
}

#[test]
fn a_stage_may_have_another_path_in_front() {
    let api = |metadata: &str| {
        let text = format!(
            r#"
Resources:
  Api:
    Type: AWS::ApiGatewayV2::Api
    Properties: {{Name: s, ProtocolType: WEBSOCKET, RouteSelectionExpression: $request.body.type}}
  Stage:
    Type: AWS::ApiGatewayV2::Stage
    {metadata}
    Properties: {{ApiId: !Ref Api, StageName: streaming}}
"#
        );
        let deployment = resolve(&text).expect("resolves");
        let api = &deployment.socket_apis[0];
        (api.stage.clone(), api.path.clone())
    };
    assert_eq!(api(""), ("streaming".into(), "streaming".into()));
    let moved = api("Metadata: {PublicPath: /api/v1/streaming}");
    assert_eq!(moved, ("streaming".into(), "api/v1/streaming".into()));
}

#[test]
fn a_nested_stack_gets_its_parameters_and_puts_out_values() {
    let folder = tempfile::tempdir().expect("a folder");
    let child = r#"
Parameters: {Queue: {Type: String}, Sockets: {Type: String}}
Resources:
  Api: {Type: AWS::Serverless::HttpApi}
  Inner:
    Type: AWS::Serverless::Function
    Metadata: {BuildProperties: {Binary: inner}}
    Properties:
      Runtime: provided.al2023
      CodeUri: ../functions/inner
      Environment: {Variables: {QUEUE: !Ref Queue, SOCKETS: !Ref Sockets}}
      Events: {Get: {Type: HttpApi, Properties: {ApiId: !Ref Api, Path: "/inner", Method: get}}}
Outputs: {Address: {Value: !GetAtt Api.ApiEndpoint}}
"#;
    std::fs::write(folder.path().join("child.yaml"), child).expect("written");
    let parent = r#"
Resources:
  Queue: {Type: AWS::SQS::Queue}
  SocketApi:
    Type: AWS::ApiGatewayV2::Api
    Properties: {Name: s, ProtocolType: WEBSOCKET, RouteSelectionExpression: $request.body.type}
  Stage: {Type: AWS::ApiGatewayV2::Stage, Properties: {ApiId: !Ref SocketApi, StageName: ws}}
  Child:
    Type: AWS::CloudFormation::Stack
    Properties:
      TemplateURL: child.yaml
      Parameters:
        Queue: !Ref Queue
        Sockets: !Sub "https://${SocketApi}.execute-api.${AWS::Region}.${AWS::URLSuffix}/ws"
  Outer:
    Type: AWS::Serverless::Function
    Metadata: {BuildProperties: {Binary: outer}}
    Properties:
      Runtime: provided.al2023
      Environment: {Variables: {INNER: !GetAtt Child.Outputs.Address}}
Outputs: {Inner: {Value: !GetAtt Child.Outputs.Address}}
"#;
    let at = |text: &str| Template {
        path: folder.path().join("template.yaml"),
        root: yaml::parse(text).expect("yaml"),
    };
    let deployment = at(parent).resolve(3000, 4000, &BTreeMap::new()).expect("resolves");
    let env = |id: &str, name: &str| {
        let function = deployment.functions.iter().find(|f| f.id == id).expect("there");
        function.environment[name].clone()
    };
    assert_eq!(env("Inner", "QUEUE"), "http://127.0.0.1:4000/000000000000/Queue");
    assert_eq!(env("Inner", "SOCKETS"), "http://127.0.0.1:4000/SocketApi/ws");
    assert_eq!(env("Outer", "INNER"), "http://127.0.0.1:3000");
    assert_eq!(deployment.outputs["Inner"], "http://127.0.0.1:3000");
    assert_eq!(deployment.http_apis.len(), 1);
    let inner = deployment.functions.iter().find(|f| f.id == "Inner").expect("there");
    assert_eq!(inner.package, "inner");
    assert!(
        matches!(&inner.sources[..], [Source::Http { api, route }] if api == "Api" && route == "GET /inner")
    );

    let twice = parent.replace("  Outer:", "  Inner:");
    let refused = at(&twice).resolve(3000, 4000, &BTreeMap::new()).expect_err("twice");
    assert!(refused.to_string().contains("Inner"), "{refused}");
    let away = parent.replace("child.yaml", "https://s3.amazonaws.com/child.yaml");
    assert!(at(&away).resolve(3000, 4000, &BTreeMap::new()).is_err());
}
