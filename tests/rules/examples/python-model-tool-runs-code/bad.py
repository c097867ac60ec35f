"""Tools that run whatever the model writes."""

from langchain_community.tools import ShellTool
from langchain_experimental.tools import PythonREPLTool
from langchain_experimental.agents import create_pandas_dataframe_agent

tools = [PythonREPLTool(), ShellTool()]  # expect: python-model-tool-runs-code  # expect: python-model-tool-runs-code
agent = create_pandas_dataframe_agent(None, None, allow_dangerous_code=True)  # expect: python-model-tool-runs-code
