resource "aws_ecs_task_definition" "agent" {
  family = "agent"
  # expect-next: terraform-container-privileged
  container_definitions = jsonencode([{
    name       = "agent"
    image      = "agent:1"
    privileged = true
  }])
}
