data "aws_iam_policy_document" "onboarding" {
  # expect-next: terraform-iam-escalation
  statement {
    actions   = ["iam:ListUsers", "iam:AttachUserPolicy"]
    resources = ["*"]
  }
}
