data "aws_iam_policy_document" "deploy" {
  # expect-next: terraform-iam-pass-any-role
  statement {
    actions   = ["iam:PassRole"]
    resources = ["*"]
  }
}
