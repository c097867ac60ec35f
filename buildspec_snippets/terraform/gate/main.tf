# A gate for one repository as a Terraform module: the projects, roles and reports of gate.yaml, under the same names.
# A test compares it with that template; it was not run against an account, so read the first plan.
#
#   scangate snippet terraform/gate/main.tf > modules/gate/main.tf
#   module "gate" {
#     source         = "./modules/gate"
#     name           = "shop"
#     repository_url = "https://github.com/team/shop.git"
#     ...
#   }
#
# The manual's page is docs/how-to/gate-on-aws.md.

terraform {
  required_version = ">= 1.9" # a validation may name another variable
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 6.14" # pull_request_build_policy of aws_codebuild_webhook
    }
  }
}

variable "name" {
  type        = string
  description = "The beginning of all names; one for each repository"
  nullable    = false
  default     = "scangate"
  validation {
    condition     = can(regex("^([a-z][a-z0-9-]{1,39})$", var.name))
    error_message = "name: does not match the pattern."
  }
}

variable "host" {
  type        = string
  description = "Code host"
  nullable    = false
  default     = "GITHUB"
  validation {
    condition     = contains(["GITHUB", "GITLAB", "BITBUCKET"], var.host)
    error_message = "host: one of GITHUB, GITLAB, BITBUCKET."
  }
}

variable "repository_url" {
  type        = string
  description = "The address by which the repository is cloned, such as https://github.com/team/shop.git"
  nullable    = false
  validation {
    condition     = can(regex("^(https://[A-Za-z0-9._~/-]+)$", var.repository_url))
    error_message = "repository_url: does not match the pattern."
  }
}

variable "branch" {
  type        = string
  description = "The branch that is protected"
  nullable    = false
  default     = "main"
  validation {
    condition     = can(regex("^([A-Za-z0-9][A-Za-z0-9._/-]{0,199})$", var.branch))
    error_message = "branch: does not match the pattern."
  }
}

variable "connection_arn" {
  type        = string
  description = "A connection of CodeConnections; empty for the credentials that CodeBuild has for this host in this account and region"
  nullable    = false
  default     = ""
  validation {
    condition     = can(regex("^((arn:aws[a-z-]*:code(star-)?connections:.*)?)$", var.connection_arn))
    error_message = "connection_arn: does not match the pattern."
  }
}

variable "scangate_install" {
  type        = string
  description = "What pip installs - scangate[aws] @ git+https://HOST/REPOSITORY@COMMIT, scangate[aws]==X.Y.Z from your index, or a wheel of Image by its absolute path; empty where Image has scangate"
  nullable    = false
  default     = ""
  validation {
    condition     = can(regex("^((scangate\\[aws\\](==[0-9][0-9A-Za-z.]*| @ git\\+https://[A-Za-z0-9._~/:-]+@[A-Za-z0-9._-]+)|/[A-Za-z0-9/._-]+\\.whl(\\[aws\\])?)?)$", var.scangate_install))
    error_message = "scangate_install: does not match the pattern."
  }
  validation {
    condition     = var.scangate_install != "" || var.image_repository != ""
    error_message = "either scangate_install says what to install, or image of image_repository has scangate."
  }
}

variable "image" {
  type        = string
  description = "An image of CodeBuild, or one in your ECR by its digest, which may bring scangate in SCANGATE_HOME"
  nullable    = false
  default     = "aws/codebuild/standard:7.0"
}

variable "image_repository" {
  type        = string
  description = "The name of the ECR repository of Image in this account and region; empty for an image of CodeBuild"
  nullable    = false
  default     = ""
  validation {
    condition     = can(regex("^(([a-z0-9][a-z0-9._/-]{1,255})?)$", var.image_repository))
    error_message = "image_repository: does not match the pattern."
  }
}

variable "compute_type" {
  type        = string
  description = "The size of the machines"
  nullable    = false
  default     = "BUILD_GENERAL1_MEDIUM"
  validation {
    condition     = contains(["BUILD_GENERAL1_SMALL", "BUILD_GENERAL1_MEDIUM", "BUILD_GENERAL1_LARGE", "BUILD_GENERAL1_XLARGE"], var.compute_type)
    error_message = "compute_type: one of BUILD_GENERAL1_SMALL, BUILD_GENERAL1_MEDIUM, BUILD_GENERAL1_LARGE, BUILD_GENERAL1_XLARGE."
  }
}

variable "policy" {
  type        = string
  description = "In place of the source's own policy - a bundled one, one of Image by its absolute path, or an address pinned by its digest, such as s3://BUCKET/KEY#sha256=HEX; or empty"
  nullable    = false
  default     = ""
  validation {
    condition     = can(regex("^((baseline|strict|dev|qa|staging|production|/[A-Za-z0-9/._-]+|(s3://[a-z0-9.-]+/|ssm:///|https://)[A-Za-z0-9/._~:-]+#sha256=[0-9a-f]{64})?)$", var.policy))
    error_message = "policy: does not match the pattern."
  }
}

variable "floor" {
  type        = string
  description = "What the source's policy may only tighten, named as Policy is; or empty"
  nullable    = false
  default     = ""
  validation {
    condition     = can(regex("^((baseline|strict|dev|qa|staging|production|/[A-Za-z0-9/._-]+|(s3://[a-z0-9.-]+/|ssm:///|https://)[A-Za-z0-9/._~:-]+#sha256=[0-9a-f]{64})?)$", var.floor))
    error_message = "floor: does not match the pattern."
  }
}

variable "environment" {
  type        = string
  description = "The environment of the policy, if it has any"
  nullable    = false
  default     = ""
  validation {
    condition     = can(regex("^(([A-Za-z0-9][A-Za-z0-9_-]{0,62})?)$", var.environment))
    error_message = "environment: does not match the pattern."
  }
}

variable "comment_approval" {
  type        = string
  description = "Which pull requests are scanned only after somebody with write access has approved it by the comment /codebuild_run"
  nullable    = false
  default     = "FORK_PULL_REQUESTS"
  validation {
    condition     = contains(["DISABLED", "FORK_PULL_REQUESTS", "ALL_PULL_REQUESTS"], var.comment_approval)
    error_message = "comment_approval: one of DISABLED, FORK_PULL_REQUESTS, ALL_PULL_REQUESTS."
  }
}

variable "schedule" {
  type        = string
  description = "When the nightly scan starts, in UTC"
  nullable    = false
  default     = "cron(17 3 * * ? *)"
  validation {
    condition     = can(regex("^((cron|rate)\\(.+\\))$", var.schedule))
    error_message = "schedule: does not match the pattern."
  }
}

variable "email" {
  type        = string
  description = "Who gets a mail when the gate or the nightly scan does not pass; empty for nobody"
  nullable    = false
  default     = ""
  validation {
    condition     = can(regex("^(([^@ ]+@[^@ ]+)?)$", var.email))
    error_message = "email: does not match the pattern."
  }
}

variable "security_hub" {
  type        = string
  description = "Whether findings go to Security Hub CSPM, which must be on in this account and region"
  nullable    = false
  default     = "no"
  validation {
    condition     = contains(["yes", "no"], var.security_hub)
    error_message = "security_hub: one of yes, no."
  }
}

variable "report_days" {
  type        = number
  description = "How many days reports are kept"
  nullable    = false
  default     = 90
  validation {
    condition     = var.report_days >= 1
    error_message = "report_days: at least 1."
  }
}

# -- what only the provider knows --

data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  account   = data.aws_caller_identity.current.account_id
  partition = data.aws_partition.current.partition
  region    = data.aws_region.current.region
  store     = aws_s3_bucket.store.bucket
}

# -- what is decided here --

locals {
  arn          = "arn:${local.partition}"
  here         = "${local.region}:${local.account}"
  store_arn    = "${local.arn}:s3:::${local.store}"
  report_group = "${local.arn}:codebuild:${local.here}:report-group/${var.name}"
  topic        = "${local.arn}:sns:${local.here}:${var.name}-gate"
  console      = "https://${local.region}.console.aws.amazon.com/codesuite/codebuild"
  mailed       = var.email != ""
  hub          = var.security_hub == "yes"
  own_image    = var.image_repository != ""
  connected    = var.connection_arn != ""

  projects = {
    gate = {
      description = "Scans each push to the branch"
      since       = ""
      publishes   = true
      version     = var.branch
      status      = true
      log_days    = 365
    }
    pull-request = {
      description = "Scans each pull request for the branch"
      since       = "auto"
      publishes   = false
      version     = null
      status      = true
      log_days    = 90
    }
    nightly = {
      description = "Scans the branch by a schedule"
      since       = ""
      publishes   = true
      version     = var.branch
      status      = false
      log_days    = 365
    }
  }

  variables = { for kind, project in local.projects : kind => {
    SCANGATE_INSTALL = var.scangate_install
    SCANGATE_FLOOR   = var.floor
    SCANGATE_ENV     = var.environment
    POLICY           = var.policy
    NAME             = var.name
    SINCE            = project.since
    HISTORY          = project.publishes ? "s3://${local.store}/history/${kind}.json" : ""
    HUB              = var.security_hub
  } }

  # https://docs.aws.amazon.com/codebuild/latest/APIReference/API_WebhookFilter.html: only GitHub says that one was opened again.
  # https://docs.aws.amazon.com/codebuild/latest/APIReference/API_PullRequestBuildPolicy.html: who may approve.
  hosts = {
    GITHUB = {
      events    = "PULL_REQUEST_CREATED, PULL_REQUEST_UPDATED, PULL_REQUEST_REOPENED"
      approvers = ["GITHUB_WRITE", "GITHUB_MAINTAIN", "GITHUB_ADMIN"]
    }
    GITLAB = {
      events    = "PULL_REQUEST_CREATED, PULL_REQUEST_UPDATED"
      approvers = ["GITLAB_DEVELOPER", "GITLAB_MAINTAINER", "GITLAB_OWNER"]
    }
    BITBUCKET = {
      events    = "PULL_REQUEST_CREATED, PULL_REQUEST_UPDATED"
      approvers = ["BITBUCKET_WRITE", "BITBUCKET_ADMIN"]
    }
  }
  webhooks = {
    gate = [{ type = "EVENT", pattern = "PUSH" }, { type = "HEAD_REF", pattern = "^refs/heads/${var.branch}$" }]
    pull-request = [
      { type = "EVENT", pattern = local.hosts[var.host].events },
      { type = "BASE_REF", pattern = "^refs/heads/${var.branch}$" },
    ]
  }
}

# -- the rights --

locals {
  # The one object or parameter that policy or floor names.
  readable = [for each in [var.policy, var.floor] : {
    scheme = split("://", each)[0]
    place  = split("#", element(concat(split("://", each), [""]), 1))[0]
  } if strcontains(each, "://")]

  common_statements = concat(
    [
      {
        Effect   = "Allow"
        Action   = ["codebuild:BatchPutTestCases", "codebuild:CreateReport", "codebuild:UpdateReport"]
        Resource = local.report_group
      },
      # Without ListBucket S3 answers AccessDenied where an object is not there.
      { Effect = "Allow", Action = ["s3:GetBucketAcl", "s3:GetBucketLocation", "s3:ListBucket"], Resource = local.store_arn },
    ],
    # https://docs.aws.amazon.com/codebuild/latest/userguide/connections-github-app.html
    local.connected ? [{
      Effect = "Allow"
      Action = [
        "codeconnections:GetConnection",
        "codeconnections:GetConnectionToken",
        "codeconnections:UseConnection",
        "codestar-connections:GetConnection",
        "codestar-connections:GetConnectionToken",
        "codestar-connections:UseConnection",
      ]
      Resource = var.connection_arn
    }] : [],
    # https://docs.aws.amazon.com/codebuild/latest/userguide/sample-ecr.html
    local.own_image ? [
      {
        Effect   = "Allow"
        Action   = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
        Resource = "${local.arn}:ecr:${local.here}:repository/${var.image_repository}"
      },
      # It has no resource to name.
      { Effect = "Allow", Action = ["ecr:GetAuthorizationToken"], Resource = "*" },
    ] : [],
    [for each in local.readable : { Effect = "Allow", Action = ["s3:GetObject"], Resource = "${local.arn}:s3:::${each.place}" }
    if each.scheme == "s3"],
    [for each in local.readable : {
      Effect = "Allow", Action = ["ssm:GetParameter"], Resource = "${local.arn}:ssm:${local.here}:parameter${each.place}"
    } if each.scheme == "ssm"],
  )

  # What is published of the branch; a pull request publishes nothing.
  publish_statements = concat(
    # It has no resource to name.
    [{
      Effect    = "Allow"
      Action    = ["cloudwatch:PutMetricData"]
      Resource  = "*"
      Condition = { StringEquals = { "cloudwatch:namespace" = "scangate" } }
    }],
    local.hub ? [
      {
        Effect   = "Allow"
        Action   = ["securityhub:BatchImportFindings"]
        Resource = "${local.arn}:securityhub:${local.here}:product/${local.account}/default"
      },
      { Effect = "Allow", Action = ["securityhub:GetFindings"], Resource = "${local.arn}:securityhub:${local.here}:hub/default" },
    ] : [],
  )

  statements = { for kind, project in local.projects : kind => concat(
    local.common_statements,
    [for each in local.publish_statements : each if project.publishes],
    [
      {
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = "${local.arn}:logs:${local.here}:log-group:/aws/codebuild/${var.name}-${kind}:*"
      },
      {
        Effect   = "Allow"
        Action   = ["s3:GetObject", "s3:PutObject"]
        Resource = concat(["${local.store_arn}/cache/${kind}/*"], project.publishes ? ["${local.store_arn}/history/${kind}.json"] : [])
      },
      { Effect = "Allow", Action = ["s3:PutObject"], Resource = "${local.store_arn}/reports/${kind}/*" },
    ],
  ) }

  start_statements = [{
    Effect = "Allow", Action = ["codebuild:StartBuild"], Resource = "${local.arn}:codebuild:${local.here}:project/${var.name}-nightly"
  }]

  # Who may assume a role: a service, on behalf of the one project or rule.
  trust = merge(
    { for kind, project in local.projects : kind => {
      service = "codebuild.amazonaws.com", source = "${local.arn}:codebuild:${local.here}:project/${var.name}-${kind}"
    } },
    { start = { service = "events.amazonaws.com", source = "${local.arn}:events:${local.here}:rule/${var.name}-nightly" } },
  )
  trust_statements = { for role, each in local.trust : role => [{
    Effect    = "Allow"
    Principal = { Service = each.service }
    Action    = "sts:AssumeRole"
    Condition = { StringEquals = { "aws:SourceAccount" = local.account }, ArnLike = { "aws:SourceArn" = each.source } }
  }] }

  store_statements = [{
    Sid       = "TlsOnly"
    Effect    = "Deny"
    Principal = "*"
    Action    = "s3:*"
    Resource  = [local.store_arn, "${local.store_arn}/*"]
    Condition = { Bool = { "aws:SecureTransport" = "false" } }
  }]

  # EventBridge sends neither aws:SourceAccount nor aws:SourceArn to the key of an encrypted topic, and with a condition on one of them
  # its mails are dropped without a word.
  # https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html#compatibility-with-aws-services
  key_statements = [
    {
      Sid       = "Account"
      Effect    = "Allow"
      Principal = { AWS = "${local.arn}:iam::${local.account}:root" }
      Action = [
        "kms:CancelKeyDeletion",
        "kms:Decrypt",
        "kms:DescribeKey",
        "kms:EnableKeyRotation",
        "kms:GenerateDataKey",
        "kms:GetKeyPolicy",
        "kms:GetKeyRotationStatus",
        "kms:ListResourceTags",
        "kms:PutKeyPolicy",
        "kms:ScheduleKeyDeletion",
        "kms:TagResource",
      ]
      Resource = "*"
    },
    {
      Sid       = "Events"
      Effect    = "Allow"
      Principal = { Service = "events.amazonaws.com" }
      Action    = ["kms:Decrypt", "kms:GenerateDataKey"]
      Resource  = "*"
    },
    {
      Sid       = "Alarms"
      Effect    = "Allow"
      Principal = { Service = "cloudwatch.amazonaws.com" }
      Action    = ["kms:Decrypt", "kms:GenerateDataKey"]
      Resource  = "*"
      Condition = { StringEquals = { "aws:SourceAccount" = local.account } }
    },
  ]
  topic_statements = [
    { Sid = "Events", Effect = "Allow", Principal = { Service = "events.amazonaws.com" }, Action = "sns:Publish", Resource = local.topic },
    {
      Sid       = "Alarms"
      Effect    = "Allow"
      Principal = { Service = "cloudwatch.amazonaws.com" }
      Action    = "sns:Publish"
      Resource  = local.topic
      Condition = { StringEquals = { "aws:SourceAccount" = local.account } }
    },
  ]
}

# -- the build, and the mail about one that did not succeed --

locals {
  # An image that is not CodeBuild's has no runtimes to choose from.
  runtime   = local.own_image ? "" : "\n    runtime-versions: {python: \"3.12\"}"
  buildspec = <<-EOT
    version: 0.2
    env:
      shell: bash
      # Fixed words and counts, never a text from the source.
      exported-variables: [SCANGATE_VERDICT, SCANGATE_SUMMARY]
    phases:
      install:${local.runtime}
        commands:
          # First of all, so that whatever ends the build exports INCOMPLETE.
          - export SCANGATE_VERDICT=INCOMPLETE SCANGATE_SUMMARY='not scanned'
          - export CODEBUILD_CONFIG_AUTO_DISCOVER=false
          - rm -rf -- "$CODEBUILD_SRC_DIR/scangate-reports"
          - SCANGATE_OUT="$(mktemp -d)" && export SCANGATE_OUT
          # Started by hand, a pull request has no target: the change would be judged by its own policy.
          - test -z "$SINCE" || test -n "$${CODEBUILD_WEBHOOK_BASE_REF:-}"
          # Outside of the source; -I and cd keep Python and pip from taking in files of it.
          - |
            if [ -z "$${SCANGATE_HOME:-}" ]; then
              SCANGATE_HOME="$(mktemp -d)" && export SCANGATE_HOME && (cd / && python3 -I -m venv "$SCANGATE_HOME")
            fi
          - |
            if [ -n "$SCANGATE_INSTALL" ]; then
              (cd / && "$SCANGATE_HOME/bin/python" -I -m pip install --quiet --disable-pip-version-check "$SCANGATE_INSTALL")
            fi
      build:
        commands:
          # One command: its exit code is the verdict.
          - >-
            "$SCANGATE_HOME/bin/python" -I -m scangate scan "$CODEBUILD_SRC_DIR"
            $${SINCE:+--since "$SINCE"} $${POLICY:+--policy "$POLICY"}
            --output-dir "$CODEBUILD_SRC_DIR/scangate-reports" --report env="$SCANGATE_OUT/verdict.env"
        finally:
          - if [ -f "$SCANGATE_OUT/verdict.env" ]; then . "$SCANGATE_OUT/verdict.env"; fi
      post_build:
        commands:
          # Of a FAIL, too. What is not published changes no verdict; an alarm counts these lines.
          - |
            verdict="$CODEBUILD_SRC_DIR/scangate-reports/verdict.json"
            if [ -n "$HISTORY" ] && [ -f "$verdict" ]; then
              "$SCANGATE_HOME/bin/python" -I -m scangate publish cloudwatch "$verdict" --put-metric-data --history "$HISTORY" ||
                echo "metrics: not published, exit code $?"
              if [ "$HUB" = yes ]; then
                "$SCANGATE_HOME/bin/python" -I -m scangate publish security-hub "$verdict" --project "$NAME" --min-severity medium ||
                  echo "findings: not published, exit code $?"
              fi
            fi
          - test "$CODEBUILD_BUILD_SUCCEEDING" = 1 && test "$SCANGATE_VERDICT" = PASS
    artifacts:
      files: ["**/*"]
      base-directory: scangate-reports
    cache:
      paths: ["/root/.cache/scangate/**/*"]
    reports:
      ${local.report_group}:
        files: [junit.xml]
        base-directory: scangate-reports
        file-format: JUNITXML
  EOT
  # https://docs.aws.amazon.com/codebuild/latest/userguide/sample-build-notifications.html
  failed_builds = {
    source      = ["aws.codebuild"]
    detail-type = ["CodeBuild Build State Change"]
    detail = {
      build-status = ["FAILED", "FAULT", "STOPPED", "TIMED_OUT"]
      project-name = [for kind, project in local.projects : "${var.name}-${kind}" if project.publishes]
    }
  }
  mail_paths = {
    project = "$.detail.project-name"
    status  = "$.detail.build-status"
    version = "$.detail.additional-information.source-version"
    build   = "$.detail.additional-information.logs.stream-name" # called as the build
    log     = "$.detail.additional-information.logs.deep-link"
  }
  mail = join(" ", [
    "\"<project>: <status>, of <version> in ${var.repository_url}. All findings are in the report:",
    "${local.console}/${local.account}/projects/<project>/build/<project>%3A<build>/reports?region=${local.region}",
    "The verdict and the first findings are in the log: <log> report.html is in the bucket ${local.store}, below reports, in the folder",
    "<build>.\"",
  ])
}

# -- reports (reports/), caches (cache/), one for each project, and the verdicts of the branch (history/) --

# `terraform destroy` deletes it only when it is empty.
resource "aws_s3_bucket" "store" {
  bucket_prefix = "${substr(var.name, 0, 30)}-gate-"
}

resource "aws_s3_bucket_server_side_encryption_configuration" "store" {
  bucket = aws_s3_bucket.store.id
  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

resource "aws_s3_bucket_ownership_controls" "store" {
  bucket = aws_s3_bucket.store.id
  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_public_access_block" "store" {
  bucket                  = aws_s3_bucket.store.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_versioning" "store" {
  bucket = aws_s3_bucket.store.id
  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "store" {
  bucket     = aws_s3_bucket.store.id
  depends_on = [aws_s3_bucket_versioning.store]
  dynamic "rule" {
    for_each = {
      reports = { days = var.report_days, old = 1 }
      cache   = { days = 30, old = 1 }
      history = { days = 0, old = 30 }
    }
    content {
      id     = rule.key
      status = "Enabled"
      filter {
        prefix = "${rule.key}/"
      }
      dynamic "expiration" {
        for_each = rule.value.days > 0 ? [rule.value.days] : []
        content {
          days = expiration.value
        }
      }
      noncurrent_version_expiration {
        noncurrent_days = rule.value.old
      }
    }
  }
}

resource "aws_s3_bucket_policy" "store" {
  bucket = aws_s3_bucket.store.id
  policy = jsonencode({ Version = "2012-10-17", Statement = local.store_statements })
}

resource "aws_codebuild_report_group" "reports" {
  name = var.name
  type = "TEST"
  # A group with reports cannot be deleted otherwise.
  delete_reports = true
  export_config {
    type = "NO_EXPORT"
  }
}

resource "aws_cloudwatch_log_group" "build" {
  for_each          = local.projects
  name              = "/aws/codebuild/${var.name}-${each.key}"
  retention_in_days = each.value.log_days
}

# -- roles --

resource "aws_iam_role" "role" {
  for_each           = local.trust_statements
  name_prefix        = "${substr(var.name, 0, 20)}-${each.key}-"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = each.value })
}

resource "aws_iam_role_policy" "needs" {
  for_each = merge(local.statements, { start = local.start_statements })
  name     = "needs"
  role     = aws_iam_role.role[each.key].id
  policy   = jsonencode({ Version = "2012-10-17", Statement = each.value })
}

# -- projects --

resource "aws_codebuild_project" "project" {
  for_each       = local.projects
  name           = "${var.name}-${each.key}"
  description    = each.value.description
  service_role   = aws_iam_role.role[each.key].arn
  source_version = each.value.version
  build_timeout  = 60
  depends_on     = [aws_iam_role_policy.needs]

  artifacts {
    type           = "S3"
    location       = local.store
    path           = "reports/${each.key}"
    namespace_type = "BUILD_ID"
    name           = "reports"
    packaging      = "NONE"
  }
  cache {
    type     = "S3"
    location = "${local.store}/cache/${each.key}"
  }
  logs_config {
    cloudwatch_logs {
      status     = "ENABLED"
      group_name = aws_cloudwatch_log_group.build[each.key].name
    }
  }
  environment {
    type                        = "LINUX_CONTAINER"
    compute_type                = var.compute_type
    image                       = var.image
    image_pull_credentials_type = local.own_image ? "SERVICE_ROLE" : "CODEBUILD"
    dynamic "environment_variable" {
      for_each = local.variables[each.key]
      content {
        name  = environment_variable.key
        value = environment_variable.value
      }
    }
  }
  source {
    type     = var.host
    location = var.repository_url
    # The whole history: a pull request is judged by the policy of its target.
    git_clone_depth     = 0
    report_build_status = each.value.status
    buildspec           = local.buildspec
    dynamic "auth" {
      for_each = local.connected ? [var.connection_arn] : []
      content {
        type     = "CODECONNECTIONS"
        resource = auth.value
      }
    }
    dynamic "build_status_config" {
      for_each = each.value.status ? [each.key] : []
      content {
        context = "${var.name}/${build_status_config.value}"
      }
    }
  }
}

resource "aws_codebuild_webhook" "webhook" {
  for_each     = local.webhooks
  project_name = aws_codebuild_project.project[each.key].name
  filter_group {
    dynamic "filter" {
      for_each = each.value
      content {
        type    = filter.value.type
        pattern = filter.value.pattern
      }
    }
  }
  dynamic "pull_request_build_policy" {
    for_each = each.key == "pull-request" ? [var.comment_approval] : []
    content {
      requires_comment_approval = pull_request_build_policy.value
      approver_roles            = pull_request_build_policy.value == "DISABLED" ? null : local.hosts[var.host].approvers
    }
  }
}

resource "aws_cloudwatch_event_rule" "start" {
  name                = "${var.name}-nightly"
  description         = "Starts the nightly scan"
  schedule_expression = var.schedule
}

resource "aws_cloudwatch_event_target" "start" {
  rule      = aws_cloudwatch_event_rule.start.name
  target_id = "nightly"
  arn       = aws_codebuild_project.project["nightly"].arn
  role_arn  = aws_iam_role.role["start"].arn
}

# -- mails --

resource "aws_kms_key" "alerts" {
  count               = local.mailed ? 1 : 0
  description         = "${var.name}: alerts"
  enable_key_rotation = true
  policy              = jsonencode({ Version = "2012-10-17", Statement = local.key_statements })
}

resource "aws_sns_topic" "alerts" {
  count             = local.mailed ? 1 : 0
  name              = "${var.name}-gate"
  kms_master_key_id = aws_kms_key.alerts[0].key_id
}

resource "aws_sns_topic_subscription" "alerts" {
  count     = local.mailed ? 1 : 0
  topic_arn = aws_sns_topic.alerts[0].arn
  protocol  = "email"
  endpoint  = var.email
}

resource "aws_sns_topic_policy" "alerts" {
  count  = local.mailed ? 1 : 0
  arn    = aws_sns_topic.alerts[0].arn
  policy = jsonencode({ Version = "2012-10-17", Statement = local.topic_statements })
}

resource "aws_cloudwatch_event_rule" "failed_builds" {
  count         = local.mailed ? 1 : 0
  name          = "${var.name}-failed-builds"
  description   = "A build of the gate or the nightly scan that did not succeed, whatever ended it"
  event_pattern = jsonencode(local.failed_builds)
}

# Without a role: deliveries to an encrypted topic may fail with one.
resource "aws_cloudwatch_event_target" "failed_builds" {
  count     = local.mailed ? 1 : 0
  rule      = aws_cloudwatch_event_rule.failed_builds[0].name
  target_id = "alerts"
  arn       = aws_sns_topic.alerts[0].arn
  input_transformer {
    input_paths    = local.mail_paths
    input_template = local.mail
  }
}

resource "aws_cloudwatch_metric_alarm" "not_started" {
  count               = local.mailed ? 1 : 0
  alarm_name          = "${var.name}-nightly-not-started"
  alarm_description   = "The nightly scan could not be started; see the rule's role and the project's quota"
  namespace           = "AWS/Events"
  metric_name         = "FailedInvocations"
  dimensions          = { RuleName = aws_cloudwatch_event_rule.start.name }
  statistic           = "Sum"
  period              = 3600
  evaluation_periods  = 1
  threshold           = 1
  comparison_operator = "GreaterThanOrEqualToThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alerts[0].arn]
}

# CodeBuild logs the commands, too: the digit is not in them.
resource "aws_cloudwatch_log_metric_filter" "unpublished" {
  for_each       = { for kind, project in local.projects : kind => project if project.publishes }
  name           = "${var.name}-${each.key}-unpublished"
  log_group_name = aws_cloudwatch_log_group.build[each.key].name
  pattern        = "%not published, exit code [0-9]%"
  metric_transformation {
    namespace = "scangate"
    name      = "${var.name}-unpublished"
    value     = "1"
  }
}

resource "aws_cloudwatch_metric_alarm" "unpublished" {
  count               = local.mailed ? 1 : 0
  alarm_name          = "${var.name}-unpublished"
  alarm_description   = "Metrics or findings of a verdict did not reach CloudWatch or Security Hub; the log of the build says why"
  namespace           = "scangate"
  metric_name         = "${var.name}-unpublished"
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 1
  threshold           = 1
  comparison_operator = "GreaterThanOrEqualToThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alerts[0].arn]
}

# -- outputs --

output "gate" {
  description = "The builds of the branch"
  value       = "${local.console}/${local.account}/projects/${var.name}-gate/history"
}

output "pull_request" {
  description = "The builds of pull requests"
  value       = "${local.console}/${local.account}/projects/${var.name}-pull-request/history"
}

output "status_contexts" {
  description = "What to require in the branch protection of the code host"
  value       = "${var.name}/pull-request"
}

output "start" {
  description = "How to start the nightly scan at once"
  value       = "aws codebuild start-build --project-name ${var.name}-nightly"
}

output "store" {
  description = "The bucket with reports, caches and history"
  value       = local.store
}

output "report_group" {
  value = local.report_group
}

output "alerts" {
  description = "The topic of the mails, for more subscriptions; empty without an address"
  value       = local.mailed ? local.topic : ""
}
