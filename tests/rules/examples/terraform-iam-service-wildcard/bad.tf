data "aws_iam_policy_document" "files" {
  # expect-next: terraform-iam-service-wildcard
  statement {
    effect    = "Allow"
    actions   = ["logs:PutLogEvents", "s3:*"]
    resources = ["*"]
  }
}

resource "aws_iam_role_policy" "tables" {
  role = aws_iam_role.web.id
  policy = jsonencode({
    # expect-next: terraform-iam-service-wildcard
    Statement = [{
      Action   = ["dynamodb:*"]
      Effect   = "Allow"
      Resource = "*"
    }]
  })
}
