data "aws_iam_policy_document" "all" {
  # expect-next: terraform-iam-wildcard-action
  statement {
    actions   = ["*"]
    resources = ["*"]
  }
}

resource "aws_iam_policy" "all" {
  policy = jsonencode({
    Version = "2012-10-17"
    # expect-next: terraform-iam-wildcard-action
    Statement = [{
      Effect   = "Allow"
      Action   = "*"
      Resource = "*"
    }]
  })
}
