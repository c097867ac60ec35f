from aws_cdk import aws_ecs as ecs

task.add_container("Agent", image=ecs.ContainerImage.from_registry("agent:1"), privileged=True)  # expect: python-cdk-privileged-container
