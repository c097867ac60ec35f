data "aws_iam_policy_document" "most" {
  # expect-next: terraform-iam-allow-all-but-some
  statement {
    not_actions = ["iam:*"]
    resources   = ["*"]
  }
}
